/**
 * A form in which two ways to write the same relative path are equal (`./out/` and `out`). Other references
 * are compared as they stand: a waiver for one revision is not one for another.
 */
export function referenceKey(reference: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(reference)) return reference;
  const slashed = reference.replaceAll('\\', '/').replace(/\/{2,}/g, '/');
  const bare = slashed.replace(/^(?:\.\/)+/, '').replace(/(?:\/\.)*\/?$/, '');
  return bare === '' && !slashed.startsWith('/') ? '.' : bare;
}
