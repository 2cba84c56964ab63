import type { ClassFacts, ModelTypeFacts } from '../architecture/facts.ts';
import type { Checkpoint, JsonObject } from '../inventory/checkpoint.ts';
import { booleanAt, modelType, objectAt, stringAt } from '../inventory/config.ts';
import { isStored } from './class-choice.ts';

/** What a bare class's config says of a head of labels, and the class whose head it is. */
export interface LabelEvidence {
  /** Labels that the config names and has no other use for; empty where `problemType` alone tells. */
  readonly labels: readonly string[];
  /** `problem_type`, where it is one that a loss writes. */
  readonly problemType: string | null;
  readonly class: string;
  /** Other classes of the model type that it may have been. */
  readonly others: readonly string[];
}

/** What transformers calls classes with a head of labels: of one for the whole input; for each token; others. */
const WHOLE = /For(?:Sequence|Image|Audio|Video)Classification$/;
const TOKENS = /ForTokenClassification$/;
const LABELLED = /(?:Classification\w*|Segmentation|ObjectDetection|XVector)$/;

/** The name of a label that nobody named. */
const PLACEHOLDER = /^LABEL_\d+$/;
/** Labels of parts of a text: begin, inside, end, single, … of something, or outside of all. */
const TAG = /^(?:O|[BILUES]-.+)$/;

/** What the loss over whole inputs writes to `problem_type` in the first step of training (run: all but DeBERTa's of the classifiers of 4.57.6 and 5.18.0). */
const PROBLEM_TYPES = new Set(['regression', 'single_label_classification', 'multi_label_classification']);

/**
 * Config classes that write labels unasked, with their number and the first. Every config class of 4.57.6 and 5.18.0 was
 * built with its defaults and written as `save_pretrained` writes it: no other has two or more. That `num_labels` is
 * 2 is not written, and one label alone (text detectors; embedding models such as BGE) proves nothing.
 */
const UNASKED = new Map<string | null, { readonly count: number; readonly first: string }>([
  ['bart', { count: 3, first: 'LABEL_0' }],
  ['pvt', { count: 1000, first: 'LABEL_0' }],
  ['openai_privacy_filter', { count: 33, first: 'O' }],
]);

/**
 * The class that a checkpoint saved from a bare class had, by the labels that its config names (names of their own, two
 * or more, or three or more placeholders, which only a head of labels uses), or by the problem that its head was trained
 * on. Null where there is neither, where the type has no such class, or where a head of another kind is stored.
 */
export function classOfLabels(facts: ModelTypeFacts, checkpoint: Checkpoint): LabelEvidence | null {
  const { config } = checkpoint;
  const named = labelNames(config);
  const labels = areAskedFor(named, config) ? named : [];
  const problemType = problemTypeOf(config);
  if (labels.length === 0 && problemType === null) return null;
  const [first, ...others] = labelledClasses(facts, labels, problemType);
  return first === undefined || storesOtherHead(facts, first, checkpoint) ? null : { labels, problemType, class: first, others };
}

function labelNames(config: JsonObject | null): readonly string[] {
  return Object.values(objectAt(config, 'id2label') ?? {}).flatMap((name) => (typeof name === 'string' || typeof name === 'number' ? [String(name)] : []));
}

function problemTypeOf(config: JsonObject | null): string | null {
  const written = stringAt(config, 'problem_type');
  return written !== null && PROBLEM_TYPES.has(written) ? written : null;
}

function areAskedFor(labels: readonly string[], config: JsonObject | null): boolean {
  const own = labels.filter((name) => !PLACEHOLDER.test(name)).length;
  if (own < 2 && labels.length < 3) return false;
  const unasked = UNASKED.get(modelType(config));
  if (unasked?.count === labels.length && labels.includes(unasked.first)) return false;
  // mBART, Marian, Pegasus and Blenderbot began as BartConfig, and their checkpoints have its three placeholders.
  return !(own === 0 && labels.length === 3 && booleanAt(config, 'is_encoder_decoder') === true);
}

/** The classes of the type with a head of labels, the likeliest first. */
function labelledClasses(facts: ModelTypeFacts, labels: readonly string[], problemType: string | null): readonly string[] {
  const names = [...new Set(facts.classes.filter(hasLabels).map((entry) => entry.class))];
  const whole = names.filter((name) => WHOLE.test(name));
  if (problemType !== null && (whole.length > 0 || labels.length === 0)) return whole;
  const tokens = names.filter((name) => TOKENS.test(name));
  const rest = names.filter((name) => !WHOLE.test(name) && !TOKENS.test(name));
  return labels.every((name) => TAG.test(name)) ? [...tokens, ...whole, ...rest] : [...whole, ...tokens, ...rest];
}

/** Whether the class has a head of labels: by its name, and, of the less usual ones, by rows that are as many as there are labels. */
function hasLabels({ bare, class: name, head, groups }: ClassFacts): boolean {
  if (bare || head.length === 0) return false;
  if (WHOLE.test(name) || TOKENS.test(name)) return true;
  return LABELLED.test(name) && groups.some(({ parameters }) => parameters.some(({ dims }) => dims?.includes('num_labels') === true));
}

/** Whether something of a head is stored that the class does not have: then the labels are left over from another one. */
function storesOtherHead({ classes }: ModelTypeFacts, name: string, checkpoint: Checkpoint): boolean {
  const own = new Set(classes.flatMap((entry) => (entry.class === name ? entry.head : [])));
  return classes.some(({ head }) => head.some((memory) => !own.has(memory) && isStored(checkpoint, memory)));
}
