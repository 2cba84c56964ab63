import type { ClassFacts, Task } from '../architecture/facts.ts';
import { quote } from './words.ts';

const AUTO_CLASSES: readonly (readonly [Task, string])[] = [
  ['causal-lm', 'AutoModelForCausalLM'], ['image-text-to-text', 'AutoModelForImageTextToText'], ['seq2seq-lm', 'AutoModelForSeq2SeqLM'],
  ['masked-lm', 'AutoModelForMaskedLM'], ['sequence-classification', 'AutoModelForSequenceClassification'],
  ['token-classification', 'AutoModelForTokenClassification'], ['question-answering', 'AutoModelForQuestionAnswering'],
  ['multiple-choice', 'AutoModelForMultipleChoice'], ['image-classification', 'AutoModelForImageClassification'],
];

/** The task that an auto class stands for, or null. */
export function taskOf(auto: string): Task | null {
  return auto === 'AutoModel' ? 'base' : (AUTO_CLASSES.find(([, name]) => name === auto)?.[0] ?? null);
}

/** What to import to load the intended class: its auto class where there is one, else the class itself. */
export function loadingClass(facts: ClassFacts | null, intended: string | null): string {
  const auto = AUTO_CLASSES.find(([task]) => facts?.tasks.includes(task));
  return auto?.[1] ?? intended ?? 'AutoModelForCausalLM';
}

/** The reference to load: of a snapshot, which holds no weights, the Hub's model that it was made of, where it says so. */
export function loadable({ reference, madeOf }: { readonly reference: string; readonly madeOf?: string }): string {
  return madeOf !== undefined && HUB.test(madeOf) ? madeOf : reference;
}

const HUB = /^hf:\/\/([^/@]+(?:\/[^/@]+)?)(?:@([^/]+))?(?:\/(.+))?$/;

/** A file of weights, or a document beside them: `from_pretrained` takes the folder that it is in. */
const FILE = /[^/\\]+\.(?:safetensors|bin|pt|pth|ckpt|json)$/;

/** A reference as `from_pretrained` takes it: a repo's id with its revision, or a path; for a snapshot the name of what it was taken of. */
export function pretrained(reference: string): string {
  // A snapshot holds no weights: its name stands for the model it was taken of.
  const snapshot = /([^/\\]+)\.headcheck\.json$/.exec(reference);
  if (snapshot?.[1] !== undefined) return quote(snapshot[1]);
  const match = HUB.exec(reference);
  if (match?.[1] === undefined) return quote(reference.replace(FILE, '').replace(/(?<=.)[/\\]$/, '') || '.');
  const [, repo, revision, path] = match;
  const folder = path?.replace(FILE, '').replace(/\/$/, '');
  const options = [...(revision === undefined ? [] : [`revision=${quote(decodeURIComponent(revision))}`]), ...(folder === undefined || folder === '' ? [] : [`subfolder=${quote(folder)}`])];
  return [quote(repo), ...options].join(', ');
}

/** The lines with which code for a repaired model ends. */
export const SAVE_REPAIRED: readonly string[] = ['model.save_pretrained("repaired")', '# then copy the tokenizer\'s files to repaired/'];

/** Code that loads a model and saves it again. @param reference as Python text; @param dtype a type's name, or `auto` */
export function saveAgain(loading: string, reference: string, dtype: string): string {
  return [`from transformers import ${loading}`, '', `model = ${loading}.from_pretrained(${reference}, dtype="${dtype}")`, ...SAVE_REPAIRED].join('\n');
}
