import type { AdapterComparison } from '../comparison/adapter/evidence.ts';
import { isAllAdapter, isLooseAdapter } from '../comparison/adapter/loose.ts';
import type { Comparison, Mismatch, Missing } from '../comparison/comparison.ts';
import { getOrAdd, push } from '../comparison/multimap.ts';
import { otherSettings } from '../comparison/other-setting.ts';
import type { OtherSetting } from '../comparison/other-setting.ts';
import { findSlices } from '../comparison/slices.ts';
import type { Slices } from '../comparison/slices.ts';
import type { Intent } from '../comparison/intent.ts';
import type { Quantization } from '../comparison/quantization/unpack.ts';
import { ADAPTER_PART } from '../comparison/names.ts';
import { patternIn } from '../comparison/pattern.ts';
import { predictionTest } from '../comparison/prediction-layers.ts';
import { towerPaths } from '../comparison/towers.ts';
import type { ClassFacts } from '../architecture/facts.ts';
import type { Checkpoint } from '../inventory/checkpoint.ts';

/** A layer, or a whole module, of which nothing is there. */
export interface LostBlock {
  /** `model.layers.*` for a layer, `vision_tower` for a module; names of the expected side. */
  readonly block: string;
  /** Numbers of the layers; empty for a module. */
  readonly numbers: readonly number[];
  readonly parameters: readonly Missing[];
}

/**
 * What is missing or misshapen, parted so that every loss is told once, under the cause that explains it. Each
 * missing parameter is in exactly one list, and so is each mismatched one.
 */
export interface Losses {
  /** Everything, where the files are whole and hold no tensor. */
  readonly all: readonly Missing[];
  /** Behind a wrapper in the names: there, and out of every loader's sight. */
  readonly wrapped: readonly Missing[];
  /** In files that are not there or can't be read. */
  readonly undelivered: readonly Missing[];
  /** Packed by quantisation, with the packed values gone and their companions there. */
  readonly packed: readonly Missing[];
  readonly head: readonly Missing[];
  /** Of multi-token-prediction layers. */
  readonly mtp: readonly Missing[];
  /** Of models within the model (a vision or audio tower) of which nothing is there. */
  readonly towers: readonly LostBlock[];
  readonly blocks: readonly LostBlock[];
  /** Of layers of which other parameters are there, where siblings have them. */
  readonly fromLayers: readonly Missing[];
  readonly rest: readonly Missing[];
  /** Shape with a 0 in it where there should be data. */
  readonly empty: readonly Mismatch[];
  /** Rows of the vocabulary that differ from the config's. */
  readonly vocabulary: readonly Mismatch[];
  /** One dimension is the expected one divided by `ranks`, throughout. */
  readonly sliced: Slices | null;
  readonly shapes: readonly Mismatch[];
  /** Settings of the config, each of which alone explains all of `shapes`. */
  readonly settings: readonly OtherSetting[];
}

export function partLosses(checkpoint: Checkpoint, intent: Intent, comparison: Comparison, quantization: Quantization | null): Losses {
  const inner = comparison.wrapper?.unwrapped ?? comparison;
  const known = new Set([...inner.missing, ...inner.undelivered].map(({ name }) => name));
  const missing = new Pool(inner.missing);
  const isEmpty = checkpoint.tensors.length === 0 && checkpoint.shards.length > 0 && checkpoint.parts.every((part) => part.state === 'read');
  const all = isEmpty ? missing.take(() => true) : [];
  // Without an index nothing says what an absent shard held: whatever is missing is taken to have been in it.
  const shardGone = checkpoint.index === null && checkpoint.parts.some((part) => part.state !== 'read');
  const undelivered = [...inner.undelivered, ...(shardGone ? missing.take(() => true) : [])];
  const packed = missing.take(packedTest(quantization));
  const isHead = headTest(intent, inner);
  const isOfPrediction = predictionTest(checkpoint.config);
  const isAdapterAsModel = isAdapterOnly(checkpoint.tensors.columns.names) && !isLooseAdapter(checkpoint);
  return {
    all,
    // A model's file that holds nothing but an adapter: all of the model is missing, which needs saying once.
    wrapped: isAdapterAsModel ? missing.take(() => true) : comparison.wrapper === null ? [] : comparison.missing.filter(({ name }) => !known.has(name)),
    undelivered,
    packed,
    head: missing.take(({ memory }) => isHead(memory)),
    mtp: missing.take(({ name }) => isOfPrediction(name)),
    towers: lostTowers(missing, intent.facts, inner),
    blocks: lostBlocks(missing, intent.facts, inner),
    fromLayers: missing.take(siblingTest(missing.items, intent.facts, inner)),
    rest: missing.take(() => true),
    ...partMismatches(checkpoint, intent, inner, quantization),
  };
}

function isAdapterOnly(names: readonly string[]): boolean {
  return names.length > 0 && (names.every((name) => ADAPTER_PART.test(name)) || isAllAdapter(names));
}

/** Parameters of which only companions are stored. */
function packedTest(quantization: Quantization | null): (missing: Missing) => boolean {
  const parameters = quantization?.lacking.map(({ parameter }) => parameter) ?? [];
  if (parameters.length === 0) return () => false;
  const known = new Set(parameters);
  return ({ name, memory }) => known.has(name) || known.has(memory) || parameters.some((parameter) => name.endsWith(`.${parameter}`) || parameter.endsWith(`.${name}`));
}

/** What is wrong with an adapter, as far as rules for models tell it too; what it lacks is its own rules'. */
export function adapterLosses({ empty, mismatched }: AdapterComparison, comparison: Comparison): Losses {
  const wrapped = comparison.wrapper === null ? [] : comparison.missing;
  return { all: [], wrapped, undelivered: [], packed: [], head: [], mtp: [], towers: [], blocks: [], fromLayers: [], rest: [], empty, vocabulary: [], sliced: null, shapes: mismatched, settings: [] };
}

/** Hands out each item once. */
class Pool<T> {
  #items: readonly T[];

  constructor(items: readonly T[]) {
    this.#items = items;
  }

  get items(): readonly T[] {
    return this.#items;
  }

  take(test: (item: T) => boolean): T[] {
    const taken: T[] = [];
    const left: T[] = [];
    for (const item of this.#items) (test(item) ? taken : left).push(item);
    this.#items = left;
    return taken;
  }
}

/** The head counts as lost when its output embedding is, or all of it; a lost part of it is an ordinary loss. */
function headTest(intent: Intent, inner: Comparison): (memory: string) => boolean {
  const patterns = new Set(intent.facts?.head ?? []);
  const output = intent.heads.head;
  if (output !== null) patterns.add(output);
  const isHead = (memory: string): boolean => patterns.has(patternIn(intent.facts, 'memory', memory).pattern) || (intent.facts === null && /(?:^|\.)(?:lm_head|embed_out|score|classifier)\.(?:weight|bias)$/.test(memory));
  const lost = inner.missing.filter(({ memory }) => isHead(memory));
  if (lost.length === 0) return () => false;
  const outputLost = output !== null && lost.some(({ memory }) => memory === output);
  return outputLost || !anyStored(inner, isHead) ? isHead : () => false;
}

/** Whether a stored parameter is one of those. Looks no further than the first: there may be hundreds of thousands. */
function anyStored({ stored }: Comparison, test: (memory: string) => boolean): boolean {
  for (const memory of stored.keys()) if (test(memory)) return true;
  return false;
}

/** `model.layers.3.` of a name in memory, or null for one outside of layers. */
export function layerOf(facts: ClassFacts | null, memory: string): { list: string; number: number; key: string } | null {
  const { pattern, numbers } = patternIn(facts, 'memory', memory);
  const star = pattern.indexOf('*');
  const number = numbers[0];
  if (star < 0 || number === undefined) return null;
  const list = pattern.slice(0, star);
  return { list: `${list}*`, number, key: `${list}${number}.` };
}

/** First segments of a top-level name that stand for a module of several parameters. */
function moduleOf(memory: string): string {
  const segments = memory.split('.');
  return segments.slice(0, Math.max(1, Math.min(2, segments.length - 2))).join('.');
}

/** Models within the model, other than its text model, of which nothing is stored. */
function lostTowers(missing: Pool<Missing>, facts: ClassFacts | null, inner: Comparison): LostBlock[] {
  if (missing.items.length === 0) return [];
  return towerPaths(facts).flatMap((path) => {
    const prefix = `${path}.`;
    if (anyStored(inner, (memory) => memory.startsWith(prefix))) return [];
    const parameters = missing.take(({ memory }) => memory.startsWith(prefix));
    return parameters.length === 0 ? [] : [{ block: path, numbers: [], parameters }];
  });
}

function lostBlocks(missing: Pool<Missing>, facts: ClassFacts | null, inner: Comparison): LostBlock[] {
  if (missing.items.length === 0) return [];
  const present = new Set<string>();
  for (const memory of inner.stored.keys()) {
    const layer = layerOf(facts, memory);
    present.add(layer === null ? `${moduleOf(memory)}.` : layer.key);
  }
  const lists = new Map<string, Map<number, Missing[]>>();
  for (const item of missing.items) {
    const layer = layerOf(facts, item.memory);
    if (layer === null || present.has(layer.key)) continue;
    push(getOrAdd(lists, layer.list, () => new Map<number, Missing[]>()), layer.number, item);
  }
  const blocks: LostBlock[] = [];
  for (const [block, layers] of lists) {
    const parameters = [...layers.values()].flat();
    const set = new Set(parameters);
    missing.take((item) => set.has(item));
    blocks.push({ block, numbers: [...layers.keys()].sort((a, b) => a - b), parameters });
  }
  return blocks;
}

/** Missing from a layer of which something is there, while the same parameter is there in another layer. */
function siblingTest(missing: readonly Missing[], facts: ClassFacts | null, inner: Comparison): (missing: Missing) => boolean {
  const pattern = (memory: string): string => patternIn(facts, 'memory', memory).pattern;
  const inLayers = missing.filter(({ memory }) => layerOf(facts, memory) !== null);
  if (inLayers.length === 0) return () => false;
  const patterns = new Set<string>();
  for (const memory of inner.stored.keys()) patterns.add(pattern(memory));
  const lost = new Set(inLayers.filter(({ memory }) => patterns.has(pattern(memory))));
  return (item) => lost.has(item);
}

function partMismatches({ config, tensors }: Checkpoint, intent: Intent, inner: Comparison, quantization: Quantization | null): Pick<Losses, 'empty' | 'vocabulary' | 'sliced' | 'shapes' | 'settings'> {
  const pool = new Pool(inner.mismatched);
  const empty = pool.take(({ actual, expected }) => actual.shape.includes(0) && !expected.shape.includes(0));
  const embeddings = [intent.heads.embedding, intent.heads.head];
  // Rows of packed tensors are not those of the files.
  const behind = (items: readonly Mismatch[]): OtherSetting[] => (quantization === null ? otherSettings(items, { facts: intent.facts, config, stored: inner.stored, tensors }) : []);
  const found = findSlices(pool.items);
  const slices = found !== null && behind(found.parameters).length === 0 ? found : null;
  const ofRank = new Set(slices?.parameters);
  const cut = pool.take((item) => ofRank.has(item) || (slices !== null && embeddings.includes(item.memory) && isPaddedSlice(item, slices.ranks)));
  const rows = pool.items.find(({ memory }) => embeddings.includes(memory));
  const vocabulary = pool.take((item) => {
    if (rows === undefined) return false;
    return isResized(item, rows.expected.shape[0], rows.actual.shape[0]);
  });
  return { empty, sliced: slices === null ? null : { ...slices, parameters: cut }, vocabulary: rows === undefined ? vocabulary : [rows, ...vocabulary.filter((item) => item !== rows)], shapes: pool.items, settings: behind(pool.items) };
}

/** Whether one dimension alone differs, from that size to that: of a bias over the vocabulary (BART's) it is not the first. */
function isResized({ expected, actual }: Mismatch, from: number | undefined, to: number | undefined): boolean {
  const changed = expected.shape.flatMap((dim, i) => (dim === actual.shape[i] ? [] : [dim === from && actual.shape[i] === to]));
  return expected.shape.length === actual.shape.length && changed.length === 1 && changed[0] === true;
}

/** Megatron pads a vocabulary to a multiple of 128 rows a rank before it parts it. */
const PADDED_TO = 128;

/** Whether it is a rank's part of a vocabulary that does not divide evenly. */
function isPaddedSlice({ expected, actual }: Mismatch, ranks: number): boolean {
  const [whole = 0, ...rest] = expected.shape;
  const [part = 0, ...others] = actual.shape;
  const over = part - whole / ranks;
  return part < whole && over >= 0 && over < PADDED_TO && rest.join() === others.join();
}
