/** One of some endings, read backwards. */
export interface Ending {
  readonly text: string;
  readonly backwards: string;
  /** The longest other one that this one ends in. */
  readonly within: Ending | null;
}

/**
 * Some endings, to be looked for at many places of many names. Sorted backwards, all that a text can end in lie before the place
 * where it would stand, each within the next: neither their number nor their lengths are gone through.
 */
export class Endings {
  readonly #sorted: readonly Ending[];

  constructor(endings: Iterable<string>) {
    const sorted: Ending[] = [];
    for (const [backwards, text] of [...new Set(endings)].map((ending) => [reversed(ending), ending] as const).sort(([a], [b]) => (a < b ? -1 : 1))) {
      let within = sorted.at(-1) ?? null;
      while (within !== null && !backwards.startsWith(within.backwards)) within = within.within;
      sorted.push({ text, backwards, within });
    }
    this.#sorted = sorted;
  }

  /** The longest ending that the modules have that a parameter is in, for each that has one: `norm` is one of `input_layernorm.weight`. */
  ofModules(parameter: string): Ending[] {
    const backwards = reversed(parameter);
    const found: Ending[] = [];
    for (let dot = backwards.indexOf('.'); dot >= 0 && dot < backwards.length - 1; dot = backwards.indexOf('.', dot + 1)) {
      const ending = this.#longest(backwards.slice(dot + 1));
      if (ending !== null) found.push(ending);
    }
    return found;
  }

  /** The longest ending that a text has, or null. */
  of(text: string): Ending | null {
    return this.#longest(reversed(text));
  }

  #longest(backwards: string): Ending | null {
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle]?.backwards ?? '') <= backwards) low = middle + 1;
      else high = middle;
    }
    let ending = this.#sorted[low - 1] ?? null;
    const shared = ending === null ? 0 : sharedLength(ending.backwards, backwards);
    while (ending !== null && ending.backwards.length > shared) ending = ending.within;
    return ending;
  }
}

function reversed(text: string): string {
  let backwards = '';
  for (let at = text.length - 1; at >= 0; at--) backwards += text.charAt(at);
  return backwards;
}

function sharedLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && length < other.length && one.charCodeAt(length) === other.charCodeAt(length)) length++;
  return length;
}
