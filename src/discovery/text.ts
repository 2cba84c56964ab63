import { fragmentText, fragmentTrees, MARKDOWN_AMBIGUOUS, newSide, PYTHON_AMBIGUOUS } from './fragment.ts';
import { findInTree } from './find-in-tree.ts';
import type { Candidate } from './candidate.ts';
import type { Hunk } from './diff.ts';
import type { Language } from './files.ts';
import type { TreeOptions } from './find-in-tree.ts';
import type { Broken, Parsed } from './tree.ts';

/** Keys of a model card's front matter that name models. */
const CARD_KEYS = ['base_model'];

/** What was found in a text, and where more may stand that could not be. */
export interface Reading {
  readonly candidates: readonly Candidate[];
  readonly broken: readonly Broken[];
}

/** Finds the texts that stand where references stand in a whole file. A parser is loaded when its language is met. */
export async function findInText(text: string, language: Language, options: TreeOptions): Promise<Reading> {
  switch (language) {
    case 'tree': {
      const { parseTrees } = await import('./yaml.ts');
      return fromParsed(parseTrees(text), text, options);
    }
    case 'toml': {
      const { parseToml } = await import('./toml.ts');
      return fromParsed(parseToml(text), text, options);
    }
    case 'python': {
      const { readPython } = await import('./python.ts');
      return readPython(text);
    }
    case 'markdown':
      return readingOfMarkdown(text, false, options);
  }
}

/** Of what could not be parsed, what its lines say by themselves. */
function fromParsed({ trees, broken }: Parsed, text: string, options: TreeOptions): Reading {
  const candidates = trees.flatMap((tree) => findInTree(tree, options));
  if (broken.length === 0) return { candidates, broken };
  const lines = text.split(/\r?\n/);
  const fragments = broken.flatMap(({ first, last }) => fragmentTrees(lines.slice(first - 1, last).map((line, i) => ({ kind: 'context', oldLine: null, newLine: first + i, text: line }))));
  return { candidates: [...candidates, ...fragments.flatMap((tree) => findInTree(tree, { ...options, isWeakAllowed: false, isFragment: true }))], broken };
}

/** @param isQuoteSkipped see `readMarkdown` */
export async function findInMarkdown(text: string, isQuoteSkipped: boolean, options: TreeOptions): Promise<Candidate[]> {
  return [...(await readingOfMarkdown(text, isQuoteSkipped, options)).candidates];
}

async function readingOfMarkdown(text: string, isQuoteSkipped: boolean, options: TreeOptions): Promise<Reading> {
  const { readMarkdown } = await import('./markdown.ts');
  const { links, embedded } = readMarkdown(text, isQuoteSkipped);
  const found = [...links];
  const broken: Broken[] = [];
  for (const { language, text: inner, firstLine } of embedded) {
    const isCard = language === 'front-matter';
    const reading = isCard ? await findInText(inner, 'tree', { ...options, only: CARD_KEYS }) : await findInText(inner, language, options);
    for (const candidate of reading.candidates) found.push({ ...candidate, lines: candidate.lines.map((line) => line + firstLine - 1) });
    // An example in prose may leave out what a parser wants; a card may not.
    if (isCard) for (const { first, last, at } of reading.broken) broken.push({ first: first + firstLine - 1, last: last + firstLine - 1, at: at + firstLine - 1 });
  }
  return { candidates: found, broken };
}

/** The same for one hunk of a file whose whole is not at hand; finds less, never something else. */
export async function findInHunk(hunk: Hunk, language: Language): Promise<Candidate[]> {
  const firstLine = newSide(hunk)[0]?.newLine ?? 1;
  const shift = (candidates: readonly Candidate[]): Candidate[] => candidates.map((candidate) => ({ ...candidate, lines: candidate.lines.map((line) => line + firstLine - 1) }));
  if (language === 'python') {
    const text = fragmentText(hunk, PYTHON_AMBIGUOUS);
    const { findInPython } = await import('./python.ts');
    return text === null ? [] : shift(findInPython(text)).filter(({ isWeak }) => !isWeak);
  }
  if (language === 'markdown') {
    const text = fragmentText(hunk, MARKDOWN_AMBIGUOUS);
    return text === null ? [] : shift(await findInMarkdown(text, false, { isWeakAllowed: false }));
  }
  return fragmentTrees(hunk).flatMap((tree) => findInTree(tree, { isWeakAllowed: false, isFragment: true }));
}
