import { ROOT } from './names.ts';

/** What stands before PEFT's root in all names, such as `module.`; no loader of adapters takes it off. Null where nothing does. */
export function wrapperOf(names: readonly string[]): string | null {
  const [first] = names;
  if (first === undefined) return null;
  const before = first.slice(0, Math.max(0, first.indexOf(ROOT)));
  return before !== '' && names.every((name) => name.startsWith(before + ROOT)) ? before : null;
}
