import { fragmentText, fragmentTrees, MARKDOWN_AMBIGUOUS, newSide, PYTHON_AMBIGUOUS } from './fragment.ts';
import { findInTree } from './find-in-tree.ts';
import type { Candidate } from './candidate.ts';
import type { Hunk } from './diff.ts';
import type { Language } from './files.ts';
import type { TreeOptions } from './find-in-tree.ts';

/** Keys of a model card's front matter that name models. */
const CARD_KEYS = ['base_model'];

/** Finds the texts that stand where references stand in a whole file. A parser is loaded when its language is met. */
export async function findInText(text: string, language: Language, options: TreeOptions): Promise<Candidate[]> {
  switch (language) {
    case 'tree': {
      const { yamlTrees } = await import('./yaml.ts');
      return yamlTrees(text).flatMap((tree) => findInTree(tree, options));
    }
    case 'toml': {
      const { tomlTrees } = await import('./toml.ts');
      return tomlTrees(text).flatMap((tree) => findInTree(tree, options));
    }
    case 'python': {
      const { findInPython } = await import('./python.ts');
      return findInPython(text);
    }
    case 'markdown':
      return findInMarkdown(text, false, options);
  }
}

/** @param isQuoteSkipped see `readMarkdown` */
export async function findInMarkdown(text: string, isQuoteSkipped: boolean, options: TreeOptions): Promise<Candidate[]> {
  const { readMarkdown } = await import('./markdown.ts');
  const { links, embedded } = readMarkdown(text, isQuoteSkipped);
  const found = [...links];
  for (const { language, text: inner, firstLine } of embedded) {
    const candidates = language === 'front-matter' ? await findInText(inner, 'tree', { ...options, only: CARD_KEYS }) : await findInText(inner, language, options);
    for (const candidate of candidates) found.push({ ...candidate, lines: candidate.lines.map((line) => line + firstLine - 1) });
  }
  return found;
}

/** The same for one hunk of a file whose whole is not at hand; finds less, never something else. */
export async function findInHunk(hunk: Hunk, language: Language): Promise<Candidate[]> {
  const firstLine = newSide(hunk)[0]?.newLine ?? 1;
  const shift = (candidates: readonly Candidate[]) => candidates.map((candidate) => ({ ...candidate, lines: candidate.lines.map((line) => line + firstLine - 1) }));
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
