import { count } from '../format/quote.ts';

/** Prose with untrusted or literal parts set apart: a reporter shows `code` as code, never as markup. */
export type Prose = readonly (string | { readonly code: string })[];

/** Prose from a template: literal text is ours, every interpolated string becomes code, numbers are grouped by thousands. Adjacent text is one part. */
export function prose(literals: TemplateStringsArray, ...values: readonly (string | number | Prose)[]): Prose {
  const parts: (string | { readonly code: string })[] = [];
  const add = (part: string | { readonly code: string }): void => {
    const last = parts.at(-1);
    if (part === '') return;
    if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part;
    else parts.push(part);
  };
  literals.forEach((literal, i) => {
    add(literal);
    const value = values[i];
    if (typeof value === 'string') add({ code: value });
    else if (typeof value === 'number') add(count(value));
    else value?.forEach(add);
  });
  return parts;
}

/** The same prose as one line of plain text. */
export function plain(text: Prose): string {
  return text.map((part) => (typeof part === 'string' ? part : part.code)).join('');
}
