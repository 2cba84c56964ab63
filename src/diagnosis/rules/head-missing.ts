import { labelCount } from '../../comparison/dimension.ts';
import type { JsonObject } from '../../inventory/checkpoint.ts';
import { valueAt } from '../../inventory/config.ts';
import type { HeadExpectation } from '../../comparison/intent.ts';
import { contestedClass, correctDeclared } from '../declared.ts';
import { bareLlama, bert, llama } from '../examples.ts';
import type { Fix } from '../finding.ts';
import { prose } from '../prose.ts';
import type { Prose } from '../prose.ts';
import { aftermath, lossOf, lossSize, remedy } from '../loss-words.ts';
import type { Loss } from '../loss-words.ts';
import { planRepair, repairCode } from '../head-repair.ts';
import type { Repair } from '../head-repair.ts';
import { loadable, loadingClass } from '../python.ts';
import { defineRule } from '../rule.ts';
import type { Words } from '../rule.ts';
import { someNames, words } from '../words.ts';

interface Data extends Loss {
  /** The bare class that it was saved from; null where that is not what happened. */
  readonly savedFrom: { readonly class: string; /** what shows it */ readonly shownBy: 'architectures' | 'names' } | null;
  readonly intended: string | null;
  /** What shows that it is meant for a class with a head, where that takes a word. */
  readonly meant: { readonly by: 'declared' } | { readonly by: 'labels'; readonly labels: readonly string[]; readonly problemType: string | null; readonly others: readonly string[] } | null;
  readonly loading: string;
  readonly checkpoint: string;
  /** The base, where the head can be had from it. */
  readonly base: string | null;
  /** What to copy from the base, where code can do it. */
  readonly repair: Repair | null;
  /** What says whether it is tied: if it is, to what is missing as well. */
  readonly tie: { readonly path: string; readonly origin: 'config' | 'default' | 'class'; readonly flag: boolean; readonly source: string } | null;
  /** Whether the base ties its head, so that only the flag differs. */
  readonly baseTies: boolean;
  /** Whether there is a base and it has no such head: it is of another task. */
  readonly baseLacks: boolean;
  /** Whether the base's head is of another size than this model's, so that it cannot be copied. */
  readonly baseMisfits: boolean;
  /** Whether the base names another number of labels, and this config none: they come with the head. */
  readonly labelsOfBase: boolean;
  /** The class in config.json, where another is declared. */
  readonly contested: string | null;
}

/** llama.cpp has a head for nearly every architecture that lacks one: the embedding. Whether that is right, the base's config says. */
function ggufWords(data: Data): Words {
  const [name = 'output.weight'] = data.names;
  const size = lossSize(data);
  return {
    title: prose`The head ${name} is missing`,
    message: prose`${name} is not in the file${size === null ? words('') : prose`: ${size} are missing`}. The base does not tie its head to the embedding, and llama.cpp takes the embedding in its place: it loads, and answers nonsense.`,
    cause: prose`It was converted from a checkpoint that had lost its head, or whose config says that it is tied.`,
    fix: remedy(data, words('')),
  };
}

function meantBy(head: HeadExpectation): Data['meant'] {
  if (head.expected !== true) return null;
  if (head.from === 'labels') return { by: 'labels', labels: head.labels, problemType: head.problemType, others: head.others };
  return head.from === 'declared' ? { by: 'declared' } : null;
}

/** How many rows the model's head of labels has beside the base's: a config that names none leaves it at two. */
function labelsBeside(config: JsonObject | null, ofBase: JsonObject | null, [rows]: readonly number[]): 'same' | 'unnamed' | 'other' {
  const count = labelCount(ofBase);
  if (count !== rows || count === labelCount(config)) return 'same';
  return valueAt(config, 'id2label') === undefined && valueAt(config, 'num_labels') === undefined ? 'unnamed' : 'other';
}

/** How it is known that there should be a head, as a sentence after a space. */
function expectation({ meant, intended }: Data): Prose {
  if (meant === null) return words('');
  if (meant.by === 'declared') return prose` The model is released as ${intended ?? ''}, as declared.`;
  const others = meant.others.length === 0 ? words('') : prose` (that of ${intended ?? ''}, or of ${someNames(meant.others)})`;
  if (meant.labels.length === 0) return prose` config.json says ${`problem_type: ${meant.problemType ?? ''}`}, which only the training of a classification head writes${others}.`;
  return prose` config.json names ${meant.labels.length} labels (${someNames(meant.labels)}), which only a classification head uses${others}.`;
}

/** Why nothing stands in for the head, as a sentence after a space. */
function tieOf({ tie }: Data): Prose {
  if (tie === null) return words('');
  const where = words(tie.origin === 'config' ? ' in config.json' : ' by the default of its class');
  if (tie.flag) return prose` It is tied to ${tie.source} (${tie.path} is true${where}), which is missing as well.`;
  return prose` It is not tied: ${tie.path} is false${where}.`;
}

function cause(data: Data): Prose | null {
  if (data.savedFrom !== null) {
    const how = data.savedFrom.shownBy === 'architectures' ? prose`config.json says ${data.savedFrom.class}` : prose`the names lack the prefix that ${data.intended ?? 'the full model'} gives them`;
    return prose`Saved from the bare class ${data.savedFrom.class}, which has no head (${how}): the model was loaded with ${'AutoModel'} instead of ${data.loading}.`;
  }
  if (data.baseTies) return prose`The base ties its head to the embedding and this config does not (${'tie_word_embeddings: false'}), so nothing stands in for the head any more.`;
  return null;
}

function fix(data: Data): Fix | null {
  if (data.baseTies) {
    return { steps: prose`If the head was tied while training, say so in config.json; nothing else is missing.`, code: { language: 'json', text: '"tie_word_embeddings": true' } };
  }
  if (data.contested !== null) return { steps: prose`${correctDeclared(data.contested)}load the model with ${data.loading} when you train and save, and save again from the training run.`, code: null };
  if (data.baseMisfits) return { steps: prose`Save again from the training run, with ${data.loading}: the base's head is of another size, and does not fit.`, code: null };
  if (data.baseLacks) return { steps: prose`Load the model with ${data.loading} when you train and save, and save again from the training run: the base has no such head.`, code: null };
  if (data.meant?.by === 'labels') {
    return { steps: prose`Load the model with ${data.loading} when you train and save, and save again from the training run. If it is used without a head on purpose, declare the bare class: ${'class'} in the config file, or ${'--class'}.`, code: null };
  }
  if (data.tie?.flag === true) return { steps: prose`Save again from the training run, with all of the state gathered: with ${data.tie.source} the head is there as well.`, code: null };
  if (data.base === null || data.repair === null) {
    const again = data.savedFrom === null ? words('Save again from the training run') : prose`Load the model with ${data.loading} when you train and save`;
    const flag = data.savedFrom !== null || data.tie === null || data.tie.origin === 'class' ? words('') : prose` If it was tied while training, set ${data.tie.path} to true instead.`;
    return { steps: [...again, ...prose`, or copy the head over from the model that this one was made from: with ${'--base'}, this report prints the code that repairs it.`, ...flag], code: null };
  }
  const steps = data.savedFrom === null
    ? prose`Put the base's head back, as below, if it was not trained; else save again from the training run. Load with ${data.loading} when you train and save.`
    : prose`The bare class never had a head, so the base's is the right one: put it back, as below. Load with ${data.loading} from the start next time.`;
  return { steps, code: { language: 'python', text: repairCode(data.repair, { loading: data.loading, checkpoint: data.checkpoint, base: data.base, labels: data.labelsOfBase }) } };
}

/** The module that all of them are in, after a space; nothing where there is no such one. */
function headOf(names: readonly string[]): Prose {
  const [first = [], ...others] = names.map((name) => name.split('.').slice(0, -1));
  const shared = first.filter((_, i) => others.every((other) => first.slice(0, i + 1).every((segment, at) => other[at] === segment)));
  return shared.length === 0 ? words('') : prose` ${shared.join('.')}`;
}

export const headMissing = defineRule<Data>({
  id: 'head-missing',
  severity: 'error',
  summary: 'The head is not stored and nothing is tied to stand in for it.',
  why: 'Loaders only warn: they fill the head with random numbers and go on. The model loads, runs and answers nonsense, or, after more training, a little worse than it should. It is usually found in production.',
  how: 'The class that the checkpoint is meant for has a head (its facts, or the base, say so), no tensor of it is stored, and by the config and the class\'s own default it is not tied to a stored embedding. Names without the base prefix, or a bare class in `architectures`, show that it was saved from the class without the head. Meant for is the class that the team declares (`class` in the config file, `--class`); else what `architectures` names, the base\'s, or, for a bare class alone, a classifier where config.json names labels of its own or the `problem_type` that such a head was trained on, and the generative class of a decoder.',
  sources: ['huggingface/transformers#37303', 'huggingface/transformers#27263'],
  detect({ intent, losses, inner, checkpoint, base, baseIntent, otherType }) {
    if (losses.head.length === 0) return [];
    if (intent.head.expected !== true) return [];
    // A head that is no output embedding is tied to nothing, whatever a flag says.
    if (intent.tied === null && intent.facts?.outputEmbedding !== null) return { skipped: 'whether the head is tied cannot be told: releases read the config differently and nothing says which one wrote it' };
    const output = losses.head.find(({ memory }) => memory === intent.heads.head) ?? losses.head[0];
    const release = intent.facts?.release;
    // Only the output embedding could be tied: of a classifier's head the flag says nothing.
    const tie = release === undefined || output?.memory !== intent.heads.head ? null : intent.ties[release];
    // A classifier's head is no part of a language model that it was made from, whatever that ties.
    const isTiedInBase = base !== null && baseIntent?.tied === true && output?.memory === intent.heads.head;
    const baseRow = base === null || output === undefined ? -1 : base.tensors.row(output.name);
    const labels = base === null || output === undefined || output.memory === intent.heads.head ? 'same' : labelsBeside(checkpoint.config, base.config, output.shape);
    const baseMisfits = base !== null && output !== undefined && (labels === 'other' || (baseRow >= 0 && base.tensors.shape(baseRow).join() !== output.shape.join()));
    const hasBaseHead = base !== null && output !== undefined && (isTiedInBase || base.tensors.has(output.name));
    const bareClass = intent.bare ? intent.class : intent.bareClass;
    // Names of another model type lack this one's prefix without having lost it.
    const savedFrom = otherType !== null ? null : intent.bare || inner.prefixLost ? { class: bareClass ?? 'the bare class', shownBy: intent.bare ? 'architectures' as const : 'names' as const } : null;
    return [{
      data: {
        ...lossOf(losses.head, checkpoint),
        savedFrom, intended: intent.intendedClass, meant: meantBy(intent.head), loading: loadingClass(intent.facts, intent.intendedClass),
        checkpoint: loadable(checkpoint), base: hasBaseHead && !baseMisfits ? loadable(base) : null,
        repair: planRepair(losses.head.map(({ memory }) => memory), inner.stored.keys(), intent),
        tie: tie === null ? null : { path: tie.path, origin: tie.origin, flag: tie.flag, source: intent.heads.embedding ?? 'the embedding' },
        baseTies: savedFrom === null && isTiedInBase && tie?.flag !== true,
        baseLacks: base !== null && !hasBaseHead, baseMisfits,
        labelsOfBase: labels === 'unnamed',
        contested: contestedClass(intent),
      },
      parameters: losses.head.map(({ name }) => name),
    }];
  },
  words(data) {
    if (data.gguf) return ggufWords(data);
    const [name = 'the head'] = data.names;
    const one = data.names.length === 1;
    const size = lossSize(data);
    const what = one
      ? prose`${name} is not in the checkpoint${size === null ? words('') : prose`: ${size} are missing`}.`
      : prose`Not in the checkpoint: ${someNames(data.names)}${size === null ? words('') : prose`, ${size} in all`}.`;
    return {
      title: one ? prose`The head ${name} is missing` : prose`${data.names.length} parameters of the head${headOf(data.names)} are missing`,
      message: [...what, ...expectation(data), ...tieOf(data), ' ', ...aftermath(data)],
      cause: cause(data),
      fix: fix(data),
    };
  },
  examples: () => ({
    fires: [
      { name: 'Saved through AutoModel', checkpoint: bareLlama(), base: llama() },
      { name: 'Saved through AutoModel, config copied from the base', checkpoint: bareLlama({ architecture: 'LlamaForCausalLM' }), base: llama() },
      { name: 'Saved through AutoModel, no base at hand', checkpoint: bareLlama() },
      { name: 'The head was dropped on the way', checkpoint: llama({ head: false }) },
      { name: 'A reward model without its head, made from a language model', checkpoint: llama({ head: false, architecture: 'LlamaForSequenceClassification' }), base: llama() },
      { name: 'Saved through AutoModel: all of the head but the matrix that it shares with the embedding', checkpoint: bert({ bare: true }), base: bert() },
      { name: 'A classifier saved through AutoModel, no base at hand: its labels tell', checkpoint: bert({ bare: true, labels: ['joy', 'anger', 'fear'] }) },
      { name: 'The same with two labels that nobody named: the kind of problem tells', checkpoint: bert({ bare: true, problemType: 'single_label_classification' }) },
    ],
    silent: [
      { name: 'A sound save', checkpoint: llama(), base: llama() },
      { name: 'An encoder that nothing shows to have had a head', checkpoint: bert({ bare: true, labels: ['LABEL_0'] }) },
      { name: 'Tied: the head is the embedding', checkpoint: llama({ tied: true }) },
      { name: 'Tied and saved through AutoModel: nothing is lost', checkpoint: bareLlama({ tied: true }), base: llama({ tied: true }) },
    ],
  }),
});
