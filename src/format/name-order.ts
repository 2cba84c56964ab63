/** Orders names as people number them: `layer.2` before `layer.10`, whatever the locale of the machine. */
export function compareNames(a: string, b: string): number {
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const x = left[i] ?? '';
    const y = right[i] ?? '';
    if (x === y) continue;
    const byNumber = Number(x) - Number(y);
    if (byNumber !== 0 && !Number.isNaN(byNumber)) return byNumber;
    return x < y ? -1 : 1;
  }
  return left.length - right.length;
}
