import type { ModelTypeFacts } from '../architecture/facts.ts';
import type { TensorTable } from '../format/tensor-table.ts';
import type { Checkpoint } from '../inventory/checkpoint.ts';
import type { Comparison, Missing } from './comparison.ts';
import { besideEmbedding, isHeadless, isKnownArchitecture, isNotInFirst, normalisesOutput } from './gguf-architectures.ts';
import { oddShapes } from './gguf-shapes.ts';
import type { Intent } from './intent.ts';
import { push } from './multimap.ts';
import { resolveIntent } from './resolve-intent.ts';
import type { SideBySide } from './side-by-side.ts';

const HEAD = 'output.weight';
const EMBEDDING = 'token_embd.weight';
const OUTPUT_NORM = 'output_norm.weight';

/** Architectures that always tie their head, so that its absence says nothing (llama.cpp loads the embedding in its place). */
const ALWAYS_TIED = /^(?:gemma|command-r|cohere)/;

/** Blocks of a kind have the same tensors; fewer than this are too few to tell what a kind has. */
const ENOUGH_SIBLINGS = 3;

/**
 * Judges a GGUF file by what it says of itself: its names are llama.cpp's own, and a base of another format has
 * others, so that the two can't be set side by side. Of a base only the tie of its head counts.
 */
export function setGgufAlone(checkpoint: Checkpoint, base: Checkpoint | null, facts: ModelTypeFacts | null): SideBySide {
  const ofBase = base === null ? null : resolveIntent(base, null, facts);
  const own = resolveIntent(checkpoint, null, facts);
  const architecture = metadata(checkpoint, 'general.architecture');
  const tied = ofBase?.tied ?? (architecture !== null && ALWAYS_TIED.test(architecture) ? true : null);
  // The classes of transformers are the base's, not the file's.
  const intent: Intent = { ...(ofBase ?? own), class: null, intendedClass: null, bare: false, modelType: architecture, facts: null, heads: { head: HEAD, embedding: EMBEDDING }, tied };
  return { checkpoint, base, incomparable: null, intent, baseIntent: ofBase, comparison: asComparison(checkpoint, intent, architecture), adapter: null, quantization: null };
}

function metadata(checkpoint: Checkpoint, key: string): string | null {
  for (const { metadata: values } of checkpoint.shards) {
    const value = values?.[key];
    if (value !== undefined) return value;
  }
  return null;
}

function asComparison(checkpoint: Checkpoint, intent: Intent, architecture: string | null): Comparison {
  const { tensors } = checkpoint;
  const count = Number(architecture === null ? Number.NaN : metadata(checkpoint, `${architecture}.block_count`));
  const isLanguageModel = tensors.has(EMBEDDING) || Number.isInteger(count);
  const lacksHead = isLanguageModel && !tensors.has(HEAD) && !isHeadless(architecture);
  const head = lacksHead && intent.tied === false ? [missing(tensors, HEAD, EMBEDDING)] : [];
  const embedding = isLanguageModel && !tensors.has(EMBEDDING) && count > 0 ? [missing(tensors, EMBEDDING, HEAD)] : [];
  return {
    basis: 'regularity',
    matched: tensors.length,
    missing: [...head, ...embedding, ...(isLanguageModel ? missingNorm(tensors, architecture) : []), ...missingOfEncoder(tensors, architecture), ...missingOfBlocks(tensors, count, architecture)],
    mismatched: architecture === null ? [] : oddShapes(tensors, Object.assign({}, ...checkpoint.shards.map(({ metadata: values }) => values ?? {})), architecture),
    undelivered: [], unexpected: [], renamed: [], dtypeChanges: [],
    tied: lacksHead && intent.tied === true ? [{ name: HEAD, memory: HEAD, source: EMBEDDING }] : [],
    bytes: { matchedExpected: 0, matchedActual: 0, shape: 0, dtype: 0, quantisation: 0 },
    stored: new Map(tensors.columns.names.map((name, row) => [name, row])),
    vocabulary: null, wrapper: null, prefixLost: false,
    ignored: { checkpoint: [], base: [] },
  };
}

/** The tensor that is missing, with the type and shape of another where that is there. */
function missing(tensors: TensorTable, name: string, like: string): Missing {
  const row = tensors.row(like);
  const info = row < 0 ? { dtype: 'F16', shape: [], bytes: 0 } : tensors.info(row);
  return { ...info, name, memory: name, declaredIn: null };
}

/** The norm before the head: of an architecture that has one by its own name, and whose blocks begin with a norm that has weights. */
function missingNorm(tensors: TensorTable, architecture: string | null): Missing[] {
  if (architecture === null || !normalisesOutput(architecture) || tensors.has(OUTPUT_NORM)) return [];
  const like = tensors.columns.names.find((name) => /^blk\.\d+\.attn_norm\.weight$/.test(name));
  return like === undefined ? [] : [missing(tensors, OUTPUT_NORM, like)];
}

/** What stands before the blocks of an encoder. */
function missingOfEncoder(tensors: TensorTable, architecture: string | null): Missing[] {
  const needed = tensors.has(EMBEDDING) && architecture !== null ? besideEmbedding(architecture) : [];
  return needed.flatMap((name) => (tensors.has(name) ? [] : [missing(tensors, name, '')]));
}

/** What no block of any architecture of llama.cpp is without, given what it has: a way back from its inner width, from its heads, and a router for its experts. */
const COUNTERPARTS: readonly { readonly of: RegExp; readonly need: readonly string[]; readonly not?: RegExp }[] = [
  { of: /^ffn_(?:up|gate)\.weight$/, need: ['ffn_down.weight'] },
  { of: /^ffn_(?:up|gate|gate_up)_exps\.weight$/, need: ['ffn_down_exps.weight'] },
  // A table by token may stand in for the router (DeepSeek V4).
  { of: /_exps\.weight$/, need: ['ffn_gate_inp.weight'], not: /^ffn_gate_tid2eid/ },
  // The linear attention of Qwen3-Next ends in `ssm_out`.
  { of: /^attn_(?:q|qkv)\.weight$/, need: ['attn_output.weight'], not: /^ssm_/ },
];

/** What blocks lack: all of it where a block that is counted is not there, and what all others of its kind have. */
function missingOfBlocks(tensors: TensorTable, count: number, architecture: string | null): Missing[] {
  const blocks = new Map<number, Set<string>>();
  for (const name of tensors.columns.names) {
    const match = /^blk\.(\d{1,6})\.(.+)$/.exec(name);
    if (match?.[2] === undefined) continue;
    const number = Number(match[1]);
    blocks.set(number, (blocks.get(number) ?? new Set<string>()).add(match[2]));
  }
  const kinds = new Map<string, number[]>();
  for (const [number, stems] of blocks) push(kinds, kindOf(stems), number);
  const found = [...kinds.values()].flatMap((numbers) => oddOnes(tensors, numbers, blocks)).filter(({ name }) => !(name.startsWith('blk.0.') && isNotInFirst(architecture, name.slice('blk.0.'.length))));
  const told = new Set(found.map(({ name }) => name));
  // An architecture of another's own may call the way back by another name (`attn_out`).
  for (const [number, stems] of architecture !== null && isKnownArchitecture(architecture) ? blocks : []) {
    const needed = COUNTERPARTS.flatMap(({ of, need, not }) => ([...stems].some((stem) => of.test(stem)) && ![...stems].some((stem) => not?.test(stem) === true) ? need.filter((stem) => !stems.has(stem)) : []));
    for (const name of new Set(needed.map((stem) => `blk.${number}.${stem}`))) if (!told.has(name)) found.push(missing(tensors, name, ''));
  }
  const numbers = [...blocks.keys()].sort((a, b) => a - b);
  for (let number = 0; number < Math.max(Number.isInteger(count) ? count : 0, (numbers.at(-1) ?? -1) + 1); number++) {
    const nearest = numbers.find((other) => other > number) ?? numbers.at(-1);
    if (blocks.has(number) || nearest === undefined) continue;
    for (const stem of blocks.get(nearest) ?? []) found.push(missing(tensors, `blk.${number}.${stem}`, `blk.${nearest}.${stem}`));
  }
  return found;
}

/** Attention or a state-space mixer, dense or of experts: blocks of a hybrid model differ in these by design. */
function kindOf(stems: ReadonlySet<string>): string {
  const marks = [/^ssm_/, /^attn_(?:q|k|v|qkv|kv)/, /_exps\./, /^cross_attn/, /^nextn/, /^shortconv/, /^time_mix/];
  return marks.map((mark) => ([...stems].some((stem) => mark.test(stem)) ? '1' : '0')).join('');
}

/** Tensors that every other block of the kind has and one lacks. */
function oddOnes(tensors: TensorTable, numbers: readonly number[], blocks: ReadonlyMap<number, ReadonlySet<string>>): Missing[] {
  if (numbers.length < ENOUGH_SIBLINGS) return [];
  const counts = new Map<string, number>();
  for (const number of numbers) for (const stem of blocks.get(number) ?? []) counts.set(stem, (counts.get(stem) ?? 0) + 1);
  return [...counts].flatMap(([stem, count]) => {
    if (count !== numbers.length - 1) return [];
    const odd = numbers.find((number) => blocks.get(number)?.has(stem) !== true);
    const other = numbers.find((number) => number !== odd);
    return odd === undefined ? [] : [missing(tensors, `blk.${odd}.${stem}`, `blk.${other}.${stem}`)];
  });
}
