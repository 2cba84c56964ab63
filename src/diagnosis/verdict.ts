import type { AdapterComparison } from '../comparison/adapter/evidence.ts';
import { adapterParts, isLooseAdapter } from '../comparison/adapter/loose.ts';
import { ROOT } from '../comparison/adapter/names.ts';
import type { Comparison } from '../comparison/comparison.ts';
import type { Intent } from '../comparison/intent.ts';
import { isHeadless, isKnownArchitecture } from '../comparison/gguf-architectures.ts';
import type { Checkpoint } from '../inventory/checkpoint.ts';
import type { Evidence } from './evidence.ts';
import type { Finding } from './finding.ts';
import type { Prose } from './prose.ts';
import { prose } from './prose.ts';
import { words } from './words.ts';

export interface VerdictAndReason {
  readonly verdict: 'complete' | 'incomplete' | 'unreadable' | 'unknown';
  /** Why it is `unknown` or `unreadable`; null for the others. */
  readonly reason: Prose | null;
}

/**
 * The verdict on one checkpoint, from what was found and from what could not be known. Waived findings do not count.
 * @param isRefused whether a class was declared that the model type does not have
 */
export function verdictOf(evidence: Evidence, findings: readonly Finding[], isRefused = false): VerdictAndReason {
  const errors = findings.filter((finding) => finding.severity === 'error' && finding.waived === null);
  const [first] = errors;
  const { checkpoint } = evidence;
  if (first !== undefined) {
    const isUnread = checkpoint.tensors.length === 0 && checkpoint.index === null && checkpoint.parts.some((part) => part.state === 'unreadable');
    return isUnread ? { verdict: 'unreadable', reason: first.title } : { verdict: 'incomplete', reason: null };
  }
  const unreachable = checkpoint.problems.find((problem) => problem.kind === 'unreachable');
  if (unreachable !== undefined) return { verdict: 'unreadable', reason: prose`${unreachable.path} could not be read: ${[`${unreachable.message} ${unreachable.hint}`]}` };
  const reason = undecided(evidence, isRefused);
  return reason === null ? { verdict: 'complete', reason: null } : { verdict: 'unknown', reason };
}

/** What to do where config.json names no class. */
const NAME_CLASS = prose`Name the class under ${'architectures'}, or the base,`;

/** What keeps the evidence from deciding, or null. */
function undecided({ checkpoint, base, intent, inner, losses, adapter, quantization, onlyIndexSeen, weightsElsewhere, isForeign, otherType }: Evidence, isRefused: boolean): Prose | null {
  if (weightsElsewhere && checkpoint.index === null) return prose`Only a pointer to the adapter's weights is here: they were not seen.`;
  if (onlyIndexSeen) {
    return prose`None of the ${checkpoint.parts.length} files that the index names is here. What the index names is whole; the weights were not seen.`;
  }
  const repeated = repeatedAmong(checkpoint);
  if (repeated !== null) return prose`${repeated} is in several of its files, and none is numbered: they are models of their own, which hide what another lacks. Name one of the files to get a verdict.`;
  if (adapter !== null) return undecidedAdapter(adapter);
  if (checkpoint.format === 'gguf' && base?.format !== 'gguf') return undecidedGguf(intent, inner);
  if (isLooseAdapter(checkpoint) && base === null) return undecidedLoose(checkpoint);
  if (inner.basis === 'none' || (inner.basis === 'regularity' && base === null)) {
    const shards = shardsOfNamed(checkpoint);
    if (shards !== null) return prose`It is one of ${shards} shards, and not of those that loaders take from its folder. Name the folder, or the base, to get a verdict.`;
    if (checkpoint.isConfigDoubtful === true) return prose`Other weights lie beside it, and ${'config.json'} may be theirs: whether it holds all that it should can't be told. Name the base to get a verdict.`;
    if (isForeign === 'mlx') return prose`It was saved for MLX, which gave modules names of its own: they can't be set beside those of ${intent.class ?? 'the class'}. Compare it with another save for MLX.`;
    if (isForeign === 'other-model' && intent.modelType !== null) return prose`Most names are none of ${intent.class ?? 'any class'}, of the model type ${intent.modelType}${otherType === null ? words('') : prose`, but those of ${otherType}`}: ${'config.json'} may be another model's. Put the weights' own beside them, or name the base, to get a verdict.`;
    const of = intent.class === null ? words('') : prose`${intent.class} of `;
    // Where the type is known, it is the class that is not.
    if (intent.class === null && intent.bareClass !== null && intent.head.expected === null) return prose`${byTurns(intent.head.reason)}. ${NAME_CLASS} to get a verdict.`;
    const what = intent.modelType === null ? prose`no config.json that names a model type` : prose`nothing known of ${of}the model type ${intent.modelType}`;
    return prose`There is ${what}${[intent.remoteCode ? ' (its code is in the repo)' : '']} and no base to compare with. Name the base to get a verdict.`;
  }
  const open = base === null ? intent.facts?.submodels.find((submodel) => submodel.class === '') : undefined;
  if (open !== undefined) return prose`Nothing is known of the model type ${open.modelType} that ${'config.json'} names under ${open.config ?? open.path}, and there is no base to compare with. Name the base to get a verdict.`;
  if (quantization !== null && quantization.doubtful.length > 0) return prose`${quantization.doubtful[0] ?? ''} is not there, as it is for most of its siblings: some loaders make up for it, others do not.`;
  if (base === null && intent.head.expected === null && losses.head.length === 0 && !hasHead(intent.heads.head, inner.stored)) {
    return prose`${byTurns(intent.head.reason)}. ${isRefused ? prose`Correct the declared ${'class'}` : intent.class === null ? NAME_CLASS : prose`Name the base, or the ${'class'} that it is released as,`} to get a verdict.`;
  }
  const headAbsent = losses.head.length > 0 || inner.tied.some(({ name, memory }) => memory === intent.heads.head && (base === null || base.tensors.has(name)));
  if (intent.tied === null && headAbsent && intent.facts === null) return prose`The base stores a head, the checkpoint does not, and neither config says whether it is tied to the embedding.`;
  if (intent.tied === null && headAbsent) return prose`The head is not stored, and whether it is tied depends on the release that loads it: config.json does not say, and does not say which release wrote it.`;
  return null;
}

/** A GGUF file is judged by its own regularity, which does not tell whether its head is tied, and little of an architecture that nobody knows. */
function undecidedGguf(intent: Intent, inner: Comparison): Prose | null {
  if (inner.stored.size === 0) return prose`The file lists no tensor.`;
  if (!inner.stored.has('token_embd.weight')) return prose`It is no language model, and nothing is known of what else it should hold.`;
  if (intent.modelType === null) return prose`The header names no architecture, so what the file should hold is not known.`;
  if (!isKnownArchitecture(intent.modelType)) return prose`Nothing is known of the architecture ${intent.modelType}: its blocks are alike, and what else it should hold can't be told.`;
  if (inner.stored.has('output.weight') || intent.tied !== null || isHeadless(intent.modelType)) return null;
  return prose`There is no ${'output.weight'}: llama.cpp takes the embedding in its place. Whether the model ties them, or lost its head, shows with the base: name the model that it was converted from.`;
}

function undecidedAdapter({ type, isKnownType, unread, unplaced, unasked, unsettled, perhapsTied }: AdapterComparison): Prose | null {
  if (!isKnownType) return prose`Nothing is known of the method ${type ?? 'that made this adapter'}, so what it stores can't be told.`;
  const [name] = unread;
  if (name !== undefined) return prose`${unread.length} ${[unread.length === 1 ? 'name is' : 'names are']} of no known method, such as ${name}.`;
  const [module] = unplaced;
  if (module !== undefined) return prose`Nothing is known of the base's class, so whether it has ${module}${[unplaced.length > 1 ? ` and ${unplaced.length - 1} more modules` : '']} of the adapter can't be told.`;
  const [first] = unasked;
  if (first !== undefined) return prose`The adapter stores ${first.name} with ${first.shape[0] ?? 0} rows, though nothing in its config asks for it: PEFT does so where the vocabulary was resized. Name the base to see whether it fits.`;
  const [unsaved] = unsettled;
  if (unsaved !== undefined) return prose`${'modules_to_save'} names ${unsaved}, of which nothing is stored. Name the base to see whether the model has such a module.`;
  const [head] = perhapsTied;
  if (head !== undefined) return prose`${'trainable_token_indices'} names ${head}, of which nothing is stored, with tokens that are stored for another module: so it is where both share one weight. Name the base to see whether they do.`;
  return null;
}

/** An adapter that no config goes with. PEFT loads none without, and other loaders take what is there for all of it. */
function undecidedLoose({ tensors: { columns: { names } } }: Checkpoint): Prose {
  const [part = ''] = adapterParts(names);
  const what = prose`It is an adapter (${part}), and there is no ${'adapter_config.json'} to tell which modules it adapts: whether it has all of them can't be told.`;
  return part.startsWith(ROOT)
    ? prose`${what} Put the ${'adapter_config.json'} of the training run beside it, and name the file ${'adapter_model.safetensors'}, as PEFT needs it, to get a verdict.`
    : prose`${what} Name a sound save of the same adapter as the base to get a verdict.`;
}

/** A tensor that two files of free names hold, which were read together as the parts of one model; or null. In a publisher's own layout each rank has its slice of it. */
function repeatedAmong({ index, parts, tensors }: Checkpoint): string | null {
  if (index !== null || parts.length < 2 || parts.some(({ path, namedBy }) => namedBy !== 'name' || /(?:^|\/)consolidated/.test(path))) return null;
  const { names } = tensors.columns;
  if (tensors.byName.size === names.length) return null;
  return names.find((name, row) => tensors.row(name) !== row) ?? null;
}

/** How many shards the set has of which one was named by itself, or null. */
function shardsOfNamed({ parts, reference }: Checkpoint): number | null {
  const [only] = parts;
  const count = Number(/[-_]\d+[-_]of[-_](\d+)\./.exec(only?.path ?? '')?.[1] ?? 1);
  return parts.length === 1 && count > 1 && only !== undefined && reference.endsWith(only.path) ? count : null;
}

/** Text and names by turns, the names as code. */
function byTurns(parts: readonly string[]): Prose {
  return parts.flatMap((part, i) => (part === '' ? [] : [i % 2 === 0 ? part : { code: part }]));
}

function hasHead(output: string | null, stored: ReadonlyMap<string, number>): boolean {
  return output !== null && stored.has(output);
}
