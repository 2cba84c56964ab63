import { randomUUID } from 'node:crypto';
import { info } from '@actions/core';

/**
 * Writes text that others had a part in to the job's log. Between the two lines that bracket it, the runner obeys no
 * command; nobody can guess the token that ends it. (`##[command]`, which the runner also reads, is
 * harmless there too.)
 */
export function logGuarded(text: string): void {
  if (text.trim() === '') return;
  const token = randomUUID();
  info(`::stop-commands::${token}`);
  try {
    info(text);
  } finally {
    info(`::${token}::`);
  }
}
