import type { Mismatch, VocabularyResize } from './comparison.ts';
import type { JsonObject } from '../inventory/checkpoint.ts';
import { labelCount } from './dimension.ts';
import { withoutDoubtful } from './doubts.ts';
import { channelsLast } from './mlx.ts';
import { push } from './multimap.ts';
import { sameShape, ShapeFacts } from './shapes.ts';
import type { Sides } from './sides.ts';

export interface ShapeResult {
  readonly mismatched: Mismatch[];
  readonly vocabulary: VocabularyResize | null;
}

/** Shapes that differ from the expected: a resized vocabulary, what the config accounts for, and the rest. */
export function compareShapes(sides: Sides): ShapeResult {
  return new ShapeCheck(sides).run();
}

class ShapeCheck {
  readonly #sides: Sides;
  readonly #facts: ShapeFacts;
  /** The same formulas over the base's config; null where there is no base. */
  readonly #baseFacts: ShapeFacts | null;
  /** Whether the config has other sizes than the base's: then what has the base's shape may have to have another. */
  readonly #isResized: boolean;
  #mismatched: Mismatch[] = [];
  /** What is unlike its siblings, where the base's shapes are no proof and no formula tells. */
  readonly #irregular: Mismatch[] = [];
  readonly #resized: { name: string; from: number; to: number }[] = [];
  readonly #vocabularyRows: number | null;
  #pieces: Map<string, string[]> | undefined;

  constructor(sides: Sides) {
    this.#sides = sides;
    this.#facts = new ShapeFacts(sides.input.facts, sides.input.config);
    this.#baseFacts = sides.expected.basis === 'base' ? new ShapeFacts(sides.input.facts, sides.input.baseConfig) : null;
    this.#isResized = this.#baseFacts !== null && sides.input.config !== null && sides.input.baseConfig !== null && this.#facts.differIn(sides.input.baseConfig);
    const { embedding } = sides.input.heads;
    const row = embedding === null ? -1 : sides.expected.memory.indexOf(embedding);
    this.#vocabularyRows = row < 0 ? null : (sides.expected.tensors.shape(row)[0] ?? null);
  }

  run(): ShapeResult {
    this.#sides.matching.rowOf.forEach((position, row) => {
      if (position >= 0 && !this.#sides.isDeclared(position)) this.#check(position, row);
    });
    if (this.#sides.expected.basis === 'facts') this.#mismatched = withoutDoubtful(this.#mismatched, this.#sides, this.#facts);
    if (this.#sides.expected.regular !== undefined) {
      const [asInBase, others] = [this.#mismatched.filter(({ isAsInBase }) => isAsInBase), this.#mismatched.filter(({ isAsInBase }) => !isAsInBase)];
      this.#mismatched = [...asInBase, ...withoutDoubtful([...others, ...this.#irregular], this.#sides, this.#facts)];
    }
    const [first] = this.#resized;
    const vocabulary = first === undefined ? null : { names: this.#resized.map(({ name }) => name), from: first.from, to: first.to };
    return { mismatched: this.#mismatched, vocabulary };
  }

  /** Whether an embedding or head has the rows of another vocabulary that the config states: a side of an encoder and decoder has its own. */
  #isOtherVocabulary(memory: string, [rows]: readonly number[]): boolean {
    const { heads, config } = this.#sides.input;
    if (memory !== heads.embedding && memory !== heads.head) return false;
    return Object.entries(config ?? {}).some(([key, value]) => key.endsWith('_vocab_size') && (value === rows || config?.['vocab_size'] === rows));
  }

  /** Whether a dimension went from the base's vocabulary to the config's: another size can be the same number. */
  #isOfVocabulary({ from, to }: { readonly from: number; readonly to: number }, memory: string): boolean {
    const { heads, vocabularySize } = this.#sides.input;
    return from === this.#vocabularyRows && (vocabularySize === null || to === vocabularySize || memory === heads.embedding || memory === heads.head);
  }

  #check(position: number, row: number): void {
    const { expected, actual: table, names } = this.#sides;
    const actualRow = this.#sides.rowAt(position);
    if (this.#isPackedAlike(actualRow, row)) return;
    const isKnown = expected.shapeKnown[row] === 1;
    const differs = isKnown && !expected.tensors.sameShape(row, table, actualRow);
    const byConfig = this.#wanted(expected.memory[row] ?? '', row, differs);
    const wanted = byConfig ?? (differs ? this.#regular(expected.memory[row] ?? '', row) : null);
    if (wanted === null) return;
    const actual = table.info(actualRow);
    if (sameShape(wanted, actual.shape) || this.#isOfMlx(wanted, actual.shape) || this.#isOtherVocabulary(expected.memory[row] ?? '', actual.shape)) {
      const change = isKnown ? changedDimension(expected.tensors.shape(row), actual.shape) : null;
      if (change !== null && this.#isOfVocabulary(change, expected.memory[row] ?? '')) this.#resized.push({ name: names[position] ?? actual.name, ...change });
      return;
    }
    if (this.#isCutInto(row, actual.shape)) return;
    (byConfig === null ? this.#irregular : this.#mismatched).push({
      name: expected.tensors.name(row),
      memory: expected.memory[row] ?? '',
      expected: { dtype: expected.basis === 'base' ? expected.tensors.dtype(row) : actual.dtype, shape: wanted },
      actual: { dtype: actual.dtype, shape: actual.shape },
      ...(expected.basis === 'base' && isKnown && !differs && { isAsInBase: true }),
    });
  }

  /** Whether it is a convolution in the order in which MLX keeps it. */
  #isOfMlx(wanted: readonly number[], stored: readonly number[]): boolean {
    const moved = this.#sides.input.isOfMlx ? channelsLast(wanted) : null;
    return moved !== null && sameShape(moved, stored);
  }

  /** Whether a tensor that the loader splits is stored as the pieces that it makes of it: they add up to it along one dimension. */
  #isCutInto(row: number, first: readonly number[]): boolean {
    const { expected, byMemory, actual } = this.#sides;
    if (expected.more.size === 0) return false;
    const whole = expected.tensors.shape(row);
    const others = this.#piecesOf(expected.memory[row] ?? '').map((piece) => byMemory.get(piece));
    const shapes = [first, ...others.flatMap((position) => (position === undefined || this.#sides.isDeclared(position) ? [] : [actual.shape(this.#sides.rowAt(position))]))];
    if (others.length === 0 || shapes.length <= others.length) return false;
    return whole.some((size, axis) => shapes.reduce((sum, shape) => sum + (shape[axis] ?? 0), 0) === size && shapes.every((shape) => shape.length === whole.length && shape.every((dim, i) => i === axis || dim === whole[i])));
  }

  /** The further names that the loader makes of a tensor; turned round once, since any number of shapes may differ. */
  #piecesOf(memory: string): readonly string[] {
    if (this.#pieces === undefined) {
      this.#pieces = new Map();
      for (const [piece, paired] of this.#sides.expected.more) push(this.#pieces, paired, piece);
    }
    return this.#pieces.get(memory) ?? [];
  }

  /** Whether a packed parameter is what is expected, as far as its tensors tell: by its number of elements, or turned over, since packing follows the layer and not the base. */
  #isPackedAlike(actualRow: number, row: number): boolean {
    const { input, expected, actual } = this.#sides;
    const known = input.unpacked?.shapeless.get(actualRow);
    if (known === 'nothing') return true;
    const shape = expected.tensors.shape(row);
    if (known === 'elements') return expected.shapeKnown[row] === 0 || shape.length === 1 || Math.abs(actual.elements(actualRow) - expected.tensors.elements(row)) <= 1;
    return input.unpacked?.members.has(actualRow) === true && shape.length === 2 && sameShape(shape.toReversed(), actual.shape(actualRow));
  }

  /**
   * The shape that a matched parameter should have, or null where it has it or nothing says so. The config's word
   * counts before the base's: a base with another vocabulary, or of other widths, is no proof of damage.
   */
  #wanted(memory: string, row: number, differs: boolean): number[] | null {
    const { input: { heads }, expected } = this.#sides;
    const isEmbedding = memory === heads.embedding || memory === heads.head;
    const isPartlyKnown = expected.basis === 'facts' && expected.shapeKnown[row] === 0;
    if (!differs && !isEmbedding && !isPartlyKnown && !this.#isResized) return null;
    const byConfig = isPartlyKnown ? this.#completed(memory) : this.#byConfig(memory, row);
    if (byConfig !== null) return byConfig;
    if (differs && expected.regular !== undefined && !isEmbedding) return null;
    return differs && !this.#isHeadOfConfig(memory, row) && !this.#isOfImage(memory) ? this.#expectedShape(row) : null;
  }

  /** The shape of its siblings, where the config has other sizes than the base's and no formula tells. */
  #regular(memory: string, row: number): readonly number[] | null {
    const { regular, tensors } = this.#sides.expected;
    return regular === undefined || this.#facts.shape(memory) !== null ? null : (regular.get(tensors.name(row)) ?? null);
  }

  /** Whether a head differs from the base's in its rows alone, and has as many as its own config has labels, or words: heads are put on anew for another task. */
  #isHeadOfConfig(memory: string, row: number): boolean {
    const { input: { facts, config, vocabularySize }, expected } = this.#sides;
    const stored = facts?.head.includes(memory) === true ? this.#storedShape(memory) : null;
    if (facts === null || stored === null) return false;
    const change = changedDimension(expected.tensors.shape(row), stored);
    return change !== null && change.at === 0 && (change.to === labelCount(config) || (facts.outputEmbedding === memory && change.to === vocabularySize));
  }

  /** The shape that is stored for a name in memory; null where nothing is, or the index alone tells of it. */
  #storedShape(memory: string): readonly number[] | null {
    const own = this.#sides.byMemory.get(memory);
    return own === undefined || this.#sides.isDeclared(own) ? null : this.#sides.actual.shape(this.#sides.rowAt(own));
  }

  /** Whether it is sized by images or their patches, and the config has others than the base's: models are tuned at another resolution. */
  #isOfImage(memory: string): boolean {
    const { config, baseConfig } = this.#sides.input;
    return /(?:position|pos|patch)_embed|class_embed/.test(memory) && this.#baseFacts !== null && imageSizes(config) !== imageSizes(baseConfig);
  }

  /** What the config calls for; with a base only where the same formula, read with the base's config, gives the base's shape. */
  #byConfig(memory: string, row: number): number[] | null {
    if (this.#baseFacts === null) return memory === this.#sides.input.heads.head ? this.#headShape(memory) : this.#facts.shape(memory);
    const ofBase = this.#baseFacts.shape(memory);
    return ofBase !== null && sameShape(ofBase, this.#sides.expected.tensors.shape(row)) ? this.#facts.shape(memory) : null;
  }

  /** The stored shape with the dimensions in place that the facts and the config tell, where they tell some. */
  #completed(memory: string): number[] | null {
    const known = this.#facts.dimensions(memory);
    const stored = known === null ? null : this.#storedShape(memory);
    return known !== null && stored?.length === known.length && !stored.includes(0) ? stored.map((dim, i) => known[i] ?? dim) : null;
  }

  /** The head's rows by the config; its width by the formula where that fits, else as it is stored: some heads are wider than the embedding. */
  #headShape(memory: string): number[] | null {
    const formula = this.#facts.shape(memory);
    const stored = this.#storedShape(memory);
    if (stored === null) return null;
    if (stored.includes(0) || (formula !== null && sameShape(formula, stored))) return formula;
    const rows = this.#facts.dimensions(memory)?.[0] ?? null;
    return rows === null ? null : [rows, ...stored.slice(1)];
  }

  /** The expected shape, with the rows of the base's vocabulary replaced by those that the checkpoint's config states. */
  #expectedShape(row: number): number[] {
    const { vocabularySize } = this.#sides.input;
    const shape = this.#sides.expected.tensors.shape(row);
    // Where the config has other sizes, an embedding has another width too, which its layers vouch for.
    const stored = this.#sides.expected.regular === undefined ? null : this.#storedShape(this.#sides.expected.memory[row] ?? '');
    if (stored !== null) shape.splice(1, Infinity, ...stored.slice(1));
    if (vocabularySize === null || this.#vocabularyRows === null) return shape;
    return shape.map((dim) => (dim === this.#vocabularyRows ? vocabularySize : dim));
  }
}

/** The one dimension in which two shapes differ, where it is one. */
function changedDimension(from: readonly number[], to: readonly number[]): { from: number; to: number; at: number } | null {
  const changed = from.flatMap((dim, at) => (dim === to[at] ? [] : [{ from: dim, to: to[at] ?? 0, at }]));
  return from.length === to.length && changed.length === 1 ? (changed[0] ?? null) : null;
}

/** What a config says of the sizes of images and patches, wherever it says so. */
function imageSizes(config: JsonObject | null): string {
  return JSON.stringify(config ?? {}, (key, value: unknown) => (key === '' || /^(?:image_size|patch_size)$/.test(key) || (typeof value === 'object' && value !== null) ? value : undefined));
}
