import type { TensorTable } from '../format/tensor-table.ts';
import type { ClassFacts } from '../architecture/facts.ts';
import { push } from './multimap.ts';
import { hasSamePatterns, patternIn } from './pattern.ts';
import type { NamePattern } from './pattern.ts';

/** One stored parameter as the facts' expectation sees it. */
export interface ObservedRow {
  readonly numbers: readonly number[];
  /** Row in the checkpoint's table. */
  readonly row: number;
  /** Name on disk, wrapper taken off. */
  readonly name: string;
}

/** A checkpoint's stored parameters by pattern of their memory name, and by pattern of their disk name. */
export class Observed {
  readonly memory = new Map<string, ObservedRow[]>();
  readonly disk = new Map<string, ObservedRow[]>();
  readonly tensors: TensorTable;
  /** Rows from here on are known by name only. */
  readonly firstDeclared: number;
  /** How many there are. */
  readonly rows: number;
  /** Highest layer number under each list of layers, by the pattern before its star. */
  readonly #counts = new Map<string, number>();

  constructor(facts: ClassFacts | null, tensors: TensorTable, firstDeclared: number, rows: readonly number[], names: readonly string[], memory: readonly string[]) {
    this.tensors = tensors;
    this.firstDeclared = firstDeclared;
    this.rows = rows.length;
    const samePatterns = hasSamePatterns(facts);
    const onDiskPattern = diskPatterns(facts);
    rows.forEach((row, i) => {
      const name = names[i] ?? '';
      const inMemory = patternIn(facts, 'memory', memory[i] ?? '');
      const observed = { numbers: inMemory.numbers, row, name };
      push(this.memory, inMemory.pattern, observed);
      this.#count(inMemory.pattern, inMemory.numbers);
      if (samePatterns && name === memory[i]) push(this.disk, inMemory.pattern, observed);
      else {
        const onDisk = onDiskPattern(name);
        push(this.disk, onDisk.pattern, { numbers: onDisk.numbers, row, name });
      }
    });
  }

  /** One more than the highest number that stands at the star which `list` (a memory pattern ending before `.*`) leads to. */
  count(list: string): number {
    return this.#counts.get(list) ?? 0;
  }

  #count(pattern: string, numbers: readonly number[]): void {
    let at = -1;
    for (const number of numbers) {
      at = pattern.indexOf('*', at + 1);
      const list = pattern.slice(0, Math.max(0, at - 1));
      if (number >= (this.#counts.get(list) ?? 0)) this.#counts.set(list, number + 1);
    }
  }
}

/** The pattern of a name on disk as the class has it: with the base prefix where the name lacks it (a bare save), without where it has that twice (Lightning's `model.model.`). */
function diskPatterns(facts: ClassFacts | null): (name: string) => NamePattern {
  if (facts === null || facts.prefix === '') return (name) => patternIn(facts, 'disk', name);
  const known = new Set(facts.groups.flatMap(({ parameters }) => parameters.map(({ disk }) => disk)));
  const prefix = `${facts.prefix}.`;
  return (name) => {
    const found = patternIn(facts, 'disk', name);
    if (known.has(found.pattern)) return found;
    const other = patternIn(facts, 'disk', name.startsWith(prefix) ? name.slice(prefix.length) : prefix + name);
    return known.has(other.pattern) ? other : found;
  };
}
