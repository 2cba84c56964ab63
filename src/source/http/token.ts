import { UsageError } from '../../errors.ts';

/**
 * A token as it may stand in a header: without the line end that secrets are often saved with.
 * @param name where the token came from, for the message; the token itself is never shown
 * @returns null where there is none
 * @throws UsageError where it has characters that no token has
 */
export function cleanToken(token: string | null, name: string): string | null {
  const trimmed = token?.trim() ?? '';
  if (trimmed === '') return null;
  if (/^[\x21-\x7e]+$/.test(trimmed)) return trimmed;
  throw new UsageError(`${name} has characters in it that no token has.`, 'Copy the token again; it is one word of letters, digits and underscores.');
}

/** The `Authorization` of a token. */
export function bearer(token: string | null): string | null {
  return token === null ? null : `Bearer ${token}`;
}
