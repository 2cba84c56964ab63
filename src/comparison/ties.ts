import type { ClassFacts } from '../architecture/facts.ts';
import type { HeadNames } from './intent.ts';
import { push } from './multimap.ts';
import { fill, patternIn } from './pattern.ts';

/** Which absent parameters are stored ones under another name. */
export class ActiveTies {
  readonly #facts: ClassFacts | null;
  readonly #sources = new Map<string, string[]>();
  /** From 5.0 on a release takes the target for the source where only the target is stored. */
  readonly #swaps: boolean;
  readonly #targets = new Map<string, string[]>();

  /** @param tied whether the tie flag counts as set; ties that ignore the flag hold anyway */
  constructor(facts: ClassFacts | null, heads: HeadNames, tied: boolean) {
    this.#facts = facts;
    this.#swaps = facts?.release !== '4.57.6';
    if (facts === null && tied && heads.head !== null && heads.embedding !== null) {
      push(this.#sources, patternIn(null, 'memory', heads.head).pattern, heads.embedding);
    }
    for (const tie of facts?.ties ?? []) {
      if (tie.byFlag && !tied) continue;
      push(this.#sources, tie.target, tie.source);
      push(this.#targets, tie.source, tie.target);
    }
  }

  /** Name in memory of the stored parameter whose storage `memory` shares, or null. */
  sourceOf(memory: string, stored: (memory: string) => boolean): string | null {
    const seen = new Set([memory]);
    const queue = [memory];
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      for (const next of this.#neighbours(name)) {
        if (stored(next)) return next;
        if (!seen.has(next)) {
          seen.add(next);
          queue.push(next);
        }
      }
    }
    return null;
  }

  /** Whether a parameter is the target of a tie: stored beside its source it is redundant. */
  isTarget(memory: string): boolean {
    return this.#sources.has(patternIn(this.#facts, 'memory', memory).pattern);
  }

  #neighbours(memory: string): string[] {
    const { pattern, numbers } = patternIn(this.#facts, 'memory', memory);
    const sources = this.#sources.get(pattern) ?? [];
    const targets = this.#swaps ? (this.#targets.get(pattern) ?? []) : [];
    return [...sources, ...targets].map((other) => fill(other, numbers));
  }
}
