import { ROOT } from './names.ts';

/** Something in all names that no loader of adapters takes off. */
export interface AdapterWrapper {
  readonly text: string;
  readonly unwrap: (name: string) => string;
}

const NAMED = /(\.lora_(?:[AB]|embedding_[AB]|magnitude_vector))\.default(?=\.|$)/;

/** What stands before PEFT's root in all names, or the adapter's own name after each method's, which PEFT leaves out when it saves (run: peft 0.21 finds none of them). */
export function wrapperOf(names: readonly string[]): AdapterWrapper | null {
  const [first] = names;
  if (first === undefined) return null;
  const before = first.slice(0, Math.max(0, first.indexOf(ROOT)));
  if (before !== '' && names.every((name) => name.startsWith(before + ROOT))) return { text: before, unwrap: (name) => name.slice(before.length) };
  return names.some((name) => NAMED.test(name)) ? { text: 'default.', unwrap: (name) => name.replace(NAMED, '$1') } : null;
}
