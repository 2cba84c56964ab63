import type { Mismatch, VocabularyResize } from './comparison.ts';
import { ShapeFacts } from './shapes.ts';
import type { Sides } from './sides.ts';

export interface ShapeResult {
  readonly mismatched: Mismatch[];
  readonly vocabulary: VocabularyResize | null;
}

/** Shapes that differ from the expected: a resized vocabulary, what the config accounts for, and the rest. */
export function compareShapes(sides: Sides): ShapeResult {
  if (sides.input.packed) return { mismatched: [], vocabulary: null };
  return new ShapeCheck(sides).run();
}

class ShapeCheck {
  readonly #sides: Sides;
  readonly #facts: ShapeFacts;
  readonly #mismatched: Mismatch[] = [];
  readonly #resized: { name: string; from: number; to: number }[] = [];
  readonly #vocabularyRows: number | null;

  constructor(sides: Sides) {
    this.#sides = sides;
    this.#facts = new ShapeFacts(sides.input.facts, sides.input.config);
    const { embedding } = sides.input.heads;
    const row = embedding === null ? -1 : sides.expected.memory.indexOf(embedding);
    this.#vocabularyRows = row < 0 ? null : (sides.expected.tensors.shape(row)[0] ?? null);
  }

  run(): ShapeResult {
    this.#sides.matching.rowOf.forEach((position, row) => {
      if (position >= 0 && !this.#sides.isDeclared(position)) this.#check(position, row);
    });
    const [first] = this.#resized;
    const vocabulary = first === undefined ? null : { names: this.#resized.map(({ name }) => name), from: first.from, to: first.to };
    return { mismatched: this.#mismatched, vocabulary };
  }

  #check(position: number, row: number): void {
    const { expected, actual: table, names } = this.#sides;
    const actualRow = this.#sides.rowAt(position);
    const isKnown = expected.shapeKnown[row] === 1;
    const differs = isKnown && !expected.tensors.sameShape(row, table, actualRow);
    const wanted = this.#wanted(expected.memory[row] ?? '', row, differs);
    if (wanted === null) return;
    const actual = table.info(actualRow);
    if (sameNumbers(wanted, actual.shape)) {
      const change = isKnown ? changedDimension(expected.tensors.shape(row), actual.shape) : null;
      if (change !== null && change.from === this.#vocabularyRows) this.#resized.push({ name: names[position] ?? actual.name, ...change });
      return;
    }
    this.#mismatched.push({
      name: expected.tensors.name(row),
      memory: expected.memory[row] ?? '',
      expected: { dtype: expected.basis === 'base' ? expected.tensors.dtype(row) : actual.dtype, shape: wanted },
      actual: { dtype: actual.dtype, shape: actual.shape },
    });
  }

  /**
   * The shape that a matched parameter should have, or null where it has it or nothing says so. The config's word
   * counts before the base's: a base with another vocabulary, or of other widths, is no proof of damage.
   */
  #wanted(memory: string, row: number, differs: boolean): number[] | null {
    const { heads } = this.#sides.input;
    const isEmbedding = memory === heads.embedding || memory === heads.head;
    if (!differs && !isEmbedding) return null;
    const byConfig = this.#facts.shape(memory);
    if (byConfig !== null) return byConfig;
    return differs ? this.#expectedShape(row) : null;
  }

  /** The expected shape, with the rows of the base's vocabulary replaced by those that the checkpoint's config states. */
  #expectedShape(row: number): number[] {
    const { vocabularySize } = this.#sides.input;
    const shape = this.#sides.expected.tensors.shape(row);
    if (vocabularySize === null || this.#vocabularyRows === null) return shape;
    return shape.map((dim) => (dim === this.#vocabularyRows ? vocabularySize : dim));
  }
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

/** The one dimension in which two shapes differ, where it is one. */
function changedDimension(from: readonly number[], to: readonly number[]): { from: number; to: number } | null {
  const changed = from.flatMap((dim, i) => (dim === to[i] ? [] : [{ from: dim, to: to[i] ?? 0 }]));
  return from.length === to.length && changed.length === 1 ? (changed[0] ?? null) : null;
}
