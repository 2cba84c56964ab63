import { UnreachableError } from '../../errors.ts';
import type { HttpAnswer } from './client.ts';

/** The longest listing that is read: a page of the Hub's tree has 1,000 entries of some 300 bytes. */
const MAX_JSON_BYTES = 32 * 1024 * 1024;

/**
 * Reads an answer as JSON of unknown content.
 * @throws UnreachableError where it is none, or longer than any listing
 */
export async function readJson(answer: HttpAnswer): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body) {
    size += chunk.length;
    if (size > MAX_JSON_BYTES) throw strange(answer, `an answer longer than ${MAX_JSON_BYTES} bytes`, undefined);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (cause) {
    throw strange(answer, 'something that is not JSON', cause);
  }
}

/** The error for an answer of another form than the interface of the service has. */
export function strange(answer: HttpAnswer, what: string, cause: unknown): UnreachableError {
  return new UnreachableError(`${answer.url.host} sent ${what} for ${answer.url.pathname}.`, 'Check the endpoint, and whether a proxy or a login page stands in between.', { cause });
}

/** A text that a server sent, fit for a message: one line, no control or bidirectional characters, not too long. */
export function serverText(text: string | null): string | null {
  const clean = text?.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim() ?? '';
  return clean === '' ? null : clean.length > 200 ? `${clean.slice(0, 200)}…` : clean;
}

/** The address of the next page: `Link: <…>; rel="next"`. Null on the last one. */
export function nextPage(answer: HttpAnswer): URL | null {
  const target = /<([^>]*)>\s*;[^,]*\brel="?next"?/.exec(answer.header('link') ?? '')?.[1];
  return target !== undefined && URL.canParse(target, answer.url.href) ? new URL(target, answer.url.href) : null;
}
