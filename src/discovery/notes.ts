import { addresses, readMarkdown } from './markdown.ts';
import { findInMarkdown } from './text.ts';
import type { Candidate } from './candidate.ts';

/** What loads a model in code of which no language is named. */
const LOADS = /\bfrom_pretrained\s*\(/;

/**
 * Finds what the notes of a release name. All of them are the maintainers' own words, whether folded away, quoted,
 * linked in HTML or shown as code: nothing is quoted by a bot here, as it is in the body of a pull request. Commands
 * are passed over: they name tools, data and examples at least as often as what is released.
 * @throws what a parser that gives up throws
 */
export async function findInNotes(text: string): Promise<Candidate[]> {
  const found = await findInMarkdown(text, false, { isWeakAllowed: false });
  for (const aside of readMarkdown(text, false).asides) {
    found.push(...aside.split('\n').flatMap((line) => addresses(line, 1)));
    if (LOADS.test(aside)) found.push(...(await (await import('./python.ts')).findInPython(aside)).filter(({ isWeak }) => !isWeak));
  }
  return found;
}
