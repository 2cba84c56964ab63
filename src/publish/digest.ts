import { createHash } from 'node:crypto';

/** A short hash of fixed length: enough to see whether a text has changed. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
