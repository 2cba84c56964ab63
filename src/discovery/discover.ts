import { referenceKey } from '../reference/key.ts';
import { changedCheckpoints } from './checkpoint-files.ts';
import { readHunks } from './diff.ts';
import { folderOf, isAutomation, languageOf } from './files.ts';
import { MAX_CONTENT_LENGTH, MAX_MARKDOWN_LENGTH, MAX_REFERENCES } from './limits.ts';
import { resolveCandidate } from './resolve.ts';
import { findInHunk, findInMarkdown, findInText } from './text.ts';
import type { Candidate, CandidateKind } from './candidate.ts';
import type { Hunk } from './diff.ts';
import type { Language } from './files.ts';
import type { ResolveContext } from './resolve.ts';

/** One file of a pull request, as `GET /repos/{owner}/{repo}/pulls/{n}/files` gives it. */
export interface ChangedFile {
  readonly path: string;
  /** added, modified, removed, renamed, copied, changed or unchanged */
  readonly status: string;
  /** The hunks; null where GitHub gives none (binary or very large files, renames without change). */
  readonly patch: string | null;
  /** The whole file after the change, where it is at hand (`needsContent`); null where not. */
  readonly content?: string | null;
}

/** A place in the repository, line from 1. */
export interface Origin {
  readonly path: string;
  readonly line: number;
}

export interface Discovered {
  /** As `reference/` reads it: `hf://org/name@revision`, or a path from the repository's root. */
  readonly reference: string;
  /** Only the config file says it; otherwise the checkpoint itself does. */
  readonly base: string | null;
  /** Null for the body of a pull request or a release. */
  readonly origin: Origin | null;
  readonly kind: CandidateKind | 'files' | 'body' | 'config';
  /** Further lines that make the same reference. */
  readonly alsoAt: readonly Origin[];
}

export interface Discovery {
  readonly references: readonly Discovered[];
  /** Files that could not be looked into, with the reason. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
  /** References beyond the limit: they are made, and not among `references`. */
  readonly beyond: readonly string[];
}

/** What may make references. For a release: no files, the notes as the body. */
export interface DiscoveryInput {
  readonly files: readonly ChangedFile[];
  /** Markdown; null for none. */
  readonly body: string | null;
  /** What the config file lists. */
  readonly config: readonly { readonly reference: string; readonly base: string | null; readonly origin: Origin | null }[];
  /** Every path of the repository at the pull request's head, where a checkout or the tree is at hand; else null. */
  readonly paths?: ReadonlySet<string> | null;
  /** `HF_ENDPOINT`; default the public Hub. */
  readonly hubEndpoint?: string;
}

/**
 * Finds the checkpoints that a pull request refers to on the lines that it adds or changes, that it stores itself, that
 * its body names, and that the config file lists. Each is named once, with the lines that name it. What may well be
 * something else is left out: a check that checks the wrong thing is worse than one that has to be asked for.
 */
export async function discover(input: DiscoveryInput): Promise<Discovery> {
  const skipped: { path: string; reason: string }[] = [];
  const stored = changedCheckpoints(input.files, input.paths ?? null);
  const found: Omit<Discovered, 'alsoAt'>[] = stored.map(({ reference, path }) => ({ reference, base: null, origin: { path, line: 1 }, kind: 'files' }));
  const checkpoints = new Set(stored.map(({ reference }) => reference));
  const context: Omit<ResolveContext, 'path'> = { changedCheckpoints: checkpoints, exists: existence(input.paths ?? null), hubEndpoint: input.hubEndpoint ?? 'https://huggingface.co' };
  for (const file of input.files) {
    const { mentions, reason } = await inFile(file);
    if (reason !== null) skipped.push({ path: file.path, reason });
    const resolved = mentions.flatMap(({ candidate, line }) => {
      const reference = resolveCandidate(candidate, { ...context, path: file.path });
      return reference === null ? [] : [{ reference, base: null, origin: { path: file.path, line }, kind: candidate.kind }];
    });
    // One by one: more arguments than the stack holds would end the run.
    for (const one of checkpoints.has(folderOf(file.path)) ? withoutOwn(resolved, file.path) : resolved) found.push(one);
  }
  for (const candidate of await inBody(input.body)) {
    const reference = resolveCandidate(candidate, { ...context, path: null });
    if (reference !== null) found.push({ reference, base: null, origin: null, kind: 'body' });
  }
  for (const { reference, base, origin } of input.config) found.push({ reference, base, origin, kind: 'config' });
  const references = merge(found);
  return { references: references.slice(0, MAX_REFERENCES), skipped, beyond: references.slice(MAX_REFERENCES).map(({ reference }) => reference) };
}

/**
 * Whether the whole of a file is worth fetching: it is of a language that is read, its patch does not show all of it,
 * and a changed line could hold a reference.
 */
export function needsContent({ path, status, patch }: ChangedFile): boolean {
  return languageOf(path) !== null && patch !== null && status !== 'removed' && status !== 'added' && mayRefer(readHunks(patch));
}

interface Mention { readonly candidate: Candidate; readonly line: number }

async function inFile(file: ChangedFile): Promise<{ mentions: readonly Mention[]; reason: string | null }> {
  const language = languageOf(file.path);
  const none = { mentions: [], reason: null };
  if (language === null || file.status === 'removed' || file.status === 'unchanged') return none;
  const hunks = file.patch === null ? null : readHunks(file.patch);
  if (hunks === null && file.status !== 'added') {
    return file.status === 'modified' || file.status === 'changed' ? { mentions: [], reason: 'GitHub gives no diff for it, so its changed lines are not known' } : none;
  }
  if (hunks !== null && !mayRefer(hunks)) return none;
  // The mark at the beginning of a file that some editors write is no part of its text.
  const text = wholeText(file, hunks)?.replace(/^\ufeff/, '') ?? null;
  if (text === null && hunks === null) return { mentions: [], reason: 'GitHub gives neither its diff nor its content' };
  if (text !== null && text.length > (language === 'markdown' ? MAX_MARKDOWN_LENGTH : MAX_CONTENT_LENGTH)) {
    return { mentions: [], reason: `it has ${text.length.toLocaleString('en-US')} characters, too many for a file that people write` };
  }
  try {
    const candidates = await candidatesOf(text, hunks ?? [], language, file.path);
    const changed = hunks === null ? null : new Set(hunks.flat().flatMap(({ kind, newLine }) => (kind === 'added' && newLine !== null ? [newLine] : [])));
    const mentions = candidates.flatMap((candidate) => {
      const line = candidate.lines.find((number) => changed === null || changed.has(number));
      return line === undefined ? [] : [{ candidate, line }];
    });
    return { mentions: mentions.toSorted((a, b) => a.line - b.line), reason: null };
  } catch (error) {
    // A parser that gives up (too deep, too odd) must not keep the other files from being read.
    return { mentions: [], reason: `it could not be parsed: ${error instanceof Error ? error.message.slice(0, 200) : 'unknown error'}` };
  }
}

async function candidatesOf(text: string | null, hunks: readonly Hunk[], language: Language, path: string): Promise<readonly Candidate[]> {
  if (text !== null) return findInText(text, language, { isWeakAllowed: !isAutomation(path) });
  const found = await Promise.all(hunks.map((hunk) => findInHunk(hunk, language)));
  return found.flat();
}

/** The file after the change: as given, or, for a new file, from its one hunk. */
function wholeText(file: ChangedFile, hunks: readonly Hunk[] | null): string | null {
  if (typeof file.content === 'string') return file.content;
  const [only, second] = hunks ?? [];
  if (file.status !== 'added' || only === undefined || second !== undefined) return null;
  return only.map(({ text }) => text).join('\n');
}

async function inBody(body: string | null): Promise<readonly Candidate[]> {
  if (body === null || body.length > MAX_MARKDOWN_LENGTH) return [];
  try {
    return await findInMarkdown(body, true, { isWeakAllowed: false });
  } catch {
    // Nesting that the parser gives up on: no person wrote it.
    return [];
  }
}

/** A cheap look before a parser is loaded. */
function mayRefer(hunks: readonly Hunk[]): boolean {
  return hunks.some((hunk) => hunk.some(({ kind, text }) => kind === 'added' && /[\w.-]\/[\w.-]|:\/\/|revision|folder|model|gpt2|bert|t5-/i.test(text.slice(0, MAX_CONTENT_LENGTH))));
}

/**
 * Without what a card or an adapter's config says of the weights beside it, which are checked as they lie there: their
 * base, which is read with them, wherever the card names it; and the snippet that shows how to load them once they are
 * published.
 */
function withoutOwn(found: readonly Omit<Discovered, 'alsoAt'>[], path: string): readonly Omit<Discovered, 'alsoAt'>[] {
  const isCard = languageOf(path) === 'markdown';
  const isOwn = ({ kind }: Omit<Discovered, 'alsoAt'>): boolean => kind === 'model-card' || path.endsWith('adapter_config.json') || (isCard && kind === 'call');
  const bases = new Set(found.filter(isOwn).map(({ reference }) => reference));
  return found.filter((one) => !isOwn(one) && !(isCard && bases.has(one.reference)));
}

/** Whether a path, or a folder, is in the repository. */
function existence(paths: ReadonlySet<string> | null): (path: string) => boolean {
  if (paths === null) return () => false;
  const known = new Set(paths);
  for (const path of paths) {
    for (let folder = folderOf(path); folder !== '.' && !known.has(folder); folder = folderOf(folder)) known.add(folder);
  }
  return (path) => known.has(path.replace(/\/$/, ''));
}

/** Further places of one reference that are kept: more tell nobody anything. */
const MAX_PLACES = 50;

/** One entry a reference: the first place that names it, and the others beside it. The config file's base counts for all. */
function merge(found: readonly Omit<Discovered, 'alsoAt'>[]): Discovered[] {
  const merged = new Map<string, Discovered & { readonly alsoAt: Origin[] }>();
  for (const one of found) {
    const plainKey = referenceKey(one.reference);
    const key = one.kind === 'config' && one.base !== null && merged.get(plainKey)?.base != null ? `${plainKey} ${one.base}` : plainKey;
    const first = merged.get(key);
    if (first === undefined) {
      merged.set(key, { ...one, alsoAt: [] });
      continue;
    }
    const isElsewhere = one.origin !== null && first.origin !== null && (one.origin.path !== first.origin.path || one.origin.line !== first.origin.line);
    if (isElsewhere && one.origin !== null && first.alsoAt.length < MAX_PLACES) first.alsoAt.push(one.origin);
    merged.set(key, { ...first, base: first.base ?? one.base, origin: first.origin ?? one.origin });
  }
  return [...merged.values()];
}
