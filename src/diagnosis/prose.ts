/** Prose with untrusted or literal parts set apart: a reporter shows `code` as code, never as markup. */
export type Prose = readonly (string | { readonly code: string })[];

/** Prose from a template: literal text is ours, every interpolated string becomes code, numbers are grouped by thousands. */
export function prose(literals: TemplateStringsArray, ...values: readonly (string | number | Prose)[]): Prose {
  const parts: (string | { readonly code: string })[] = [];
  literals.forEach((literal, i) => {
    if (literal !== '') parts.push(literal);
    const value = values[i];
    if (typeof value === 'string') parts.push({ code: value });
    else if (typeof value === 'number') parts.push(value.toLocaleString('en-US'));
    else if (value !== undefined) parts.push(...value);
  });
  return parts;
}

/** The same prose as one line of plain text. */
export function plain(text: Prose): string {
  return text.map((part) => (typeof part === 'string' ? part : part.code)).join('');
}
