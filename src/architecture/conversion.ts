import type { ClassFacts, Conversion } from './facts.ts';

/** One conversion, ready to be applied. */
interface Step {
  readonly conversion: Conversion;
  /** All alternatives in one expression, as the loader searches for them. */
  readonly search: RegExp;
  /** Index of the capture that holds each alternative. */
  readonly captures: readonly number[];
}

/**
 * Applies the conversions of a class to names, one after another. It remembers what it has seen, because some steps
 * wait for a first name, so one serves one checkpoint and the names come in the loader's order.
 */
export class Renamer {
  readonly #base: string;
  readonly #mapping: readonly Step[];
  readonly #renames: readonly Step[];
  readonly #converters: readonly Step[];
  readonly #woken = new Set<Step>();

  constructor(facts: ClassFacts) {
    const steps = facts.conversions.map(compile);
    this.#base = facts.prefix === '' ? '' : `${facts.prefix}.`;
    this.#mapping = steps.filter(({ conversion }) => conversion.kind === 'mapping');
    this.#renames = steps.filter(({ conversion }) => conversion.kind === 'rename' || conversion.kind === 'group');
    this.#converters = steps.filter(({ conversion }) => conversion.kind === 'convert');
  }

  /** The name after all steps, and the names of what else the tensor becomes. */
  rename(name: string): { readonly name: string; readonly more: readonly string[] } {
    for (const { conversion, search } of this.#mapping) {
      const replaced = name.replace(new RegExp(search.source, 'g'), pythonReplacement(conversion.to[0] ?? ''));
      if (search.test(name)) return { name: replaced, more: [] };
    }
    let renamed = name;
    for (const step of this.#renames) renamed = this.#apply(step, renamed) ?? renamed;
    for (const step of this.#converters) {
      const converted = this.#apply(step, renamed);
      if (converted === null) continue;
      const [first = '', ...others] = step.conversion.to;
      return { name: converted, more: others.map((other) => converted.replace(first, () => other)) };
    }
    return { name: renamed, more: [] };
  }

  /** The name after a step, or null where the step does not concern it. */
  #apply(step: Step, name: string): string | null {
    const scope = this.#scopeOf(step.conversion, name);
    if (scope === null) return null;
    const inner = name.slice(scope.length);
    const match = step.search.exec(inner);
    if (match === null) return null;
    const alternative = step.captures.findIndex((capture) => match[capture] !== undefined);
    const grouped = step.conversion.kind === 'group';
    if (grouped && !this.#wakes(step, alternative)) return null;
    const target = step.conversion.to[grouped ? alternative : 0] ?? '';
    const first = (step.captures[alternative] ?? 0) + 1;
    const replacement = target.replace(grouped ? /\\(\d+)/g : /\\(1)/g, (_, digits: string) => match[first + Number(digits) - 1] ?? '');
    return scope + inner.replace(match[0], () => replacement);
  }

  #wakes(step: Step, alternative: number): boolean {
    if (alternative === 0) this.#woken.add(step);
    return this.#woken.has(step);
  }

  /** The part of the name that a scoped step leaves alone, or null where the name is outside its scope. */
  #scopeOf({ scope }: Conversion, name: string): string | null {
    if (scope === null) return '';
    const own = scope === '' ? '' : `${scope}.`;
    if (name.startsWith(this.#base + own)) return this.#base + own;
    return name.startsWith(own) ? own : null;
  }
}

function compile(conversion: Conversion): Step {
  const captures: number[] = [];
  let next = 1;
  for (const pattern of conversion.from) {
    captures.push(next);
    next += (new RegExp(`${pattern}|`).exec('')?.length ?? 1);
  }
  return { conversion, captures, search: new RegExp(conversion.from.map((pattern) => `(${pattern})`).join('|')) };
}

/** A replacement in Python's syntax (`\1`) in JavaScript's (`$1`, shifted by the capture around the expression). */
function pythonReplacement(replacement: string): string {
  return replacement.replace(/\$/g, '$$$$').replace(/\\(\d)/g, (_, digit: string) => `$${Number(digit) + 1}`);
}
