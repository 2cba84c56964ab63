/** A dotted name with each whole-number segment replaced by `*`, and those numbers. `model.layers.3.mlp` → `model.layers.*.mlp`, [3]. */
export interface NamePattern {
  readonly pattern: string;
  readonly numbers: readonly number[];
}

const NUMBER_SEGMENT = /(?<=^|\.)\d+(?=\.|$)/g;

export function patternOf(name: string): NamePattern {
  const numbers: number[] = [];
  const pattern = name.replace(NUMBER_SEGMENT, (digits) => {
    numbers.push(Number(digits));
    return '*';
  });
  return { pattern, numbers };
}

/** The pattern with its stars replaced by numbers, from the left; stars beyond the numbers stay. */
export function fill(pattern: string, numbers: readonly number[]): string {
  let next = 0;
  return pattern.replace(/\*/g, (star) => {
    const number = numbers[next++];
    return number === undefined ? star : String(number);
  });
}

/** How many numbers a pattern has. */
export function stars(pattern: string): number {
  let count = 0;
  for (const character of pattern) if (character === '*') count++;
  return count;
}
