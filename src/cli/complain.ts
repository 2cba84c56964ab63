import { HeadcheckError } from '../errors.ts';
import { commandless, visible } from '../report/untrusted.ts';
import type { Host } from './host.ts';

/** A line of an error may quote a server; more of it helps nobody. */
const LONGEST_LINE = 2_000;

/** Message and hint, and a stack only where DEBUG asks for it. Nothing in them can drive a terminal or a runner. */
export function complain(error: unknown, { stderr, env }: Host): void {
  const lines = error instanceof HeadcheckError ? [error.message, `  ${error.hint}`] : bug(error);
  const stack = env.DEBUG && error instanceof Error && error.stack !== undefined ? [error.stack] : [];
  const [first = '', ...rest] = [...lines, ...stack].flatMap((text) => text.split('\n'));
  for (const line of [`headcheck: ${first}`, ...rest]) stderr.write(safeLine(line));
}

/** One line of advice that stops nothing. */
export function warn(message: string, { stderr }: Host): void {
  stderr.write(safeLine(`headcheck: ${message}`));
}

function safeLine(line: string): string {
  return `${line === '' ? '' : commandless(visible(line, LONGEST_LINE))}\n`;
}

function bug(error: unknown): string[] {
  return [`unexpected error: ${error instanceof Error ? error.message : String(error)}`, '  This is a bug in headcheck. Run again with DEBUG=1 and report what it prints.'];
}
