import { referenceKey } from '../reference/key.ts';
import { changedCheckpoints, isWeights, isWeightsByEnding, type Besides } from './checkpoint-files.ts';
import { readHunks } from './diff.ts';
import { anyExists, existenceIn } from './existence.ts';
import { folderOf, isAutomation, languageOf } from './files.ts';
import { MAX_CONTENT_LENGTH, MAX_MARKDOWN_LENGTH, MAX_REFERENCES } from './limits.ts';
import { resolveCandidate } from './resolve.ts';
import { findInNotes } from './notes.ts';
import { findInHunk, findInMarkdown, findInText } from './text.ts';
import type { Candidate, CandidateKind } from './candidate.ts';
import type { Hunk } from './diff.ts';
import type { Existence } from './existence.ts';
import type { Language } from './files.ts';
import type { Reading } from './text.ts';
import type { Broken } from './tree.ts';

/** One file of a pull request, as `GET /repos/{owner}/{repo}/pulls/{n}/files` gives it. */
export interface ChangedFile {
  readonly path: string;
  /** added, modified, removed, renamed, copied, changed or unchanged */
  readonly status: string;
  /** Where a renamed file was before. */
  readonly previousPath?: string | null;
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
  /** The config file says it, or what stands beside the reference; otherwise the checkpoint itself does. */
  readonly base: string | null;
  /** Null for the body of a pull request or a release. */
  readonly origin: Origin | null;
  readonly kind: CandidateKind | 'files' | 'body' | 'config';
  /** Whether every place that names it is used for other things too: what does not exist is then no reference. */
  readonly isWeak: boolean;
  /** Further lines that make the same reference. */
  readonly alsoAt: readonly Origin[];
}

export interface Discovery {
  readonly references: readonly Discovered[];
  /** Files that could not be looked into, with the reason. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
  /** Files that are not what their names say, each with the line that a parser stops at. Of them, only single lines were read. */
  readonly unparsed: readonly Origin[];
  /** References beyond the limit: they are made, and not among `references`. */
  readonly beyond: readonly string[];
  /** What names a repository of the Hub, unless the repository has such a folder, where that could not be learnt. */
  readonly undecided: readonly { readonly reference: string; /** Null for a body. */ readonly origin: Origin | null }[];
}

/** What may make references. For a release: no files, the notes as the body. */
export interface DiscoveryInput {
  readonly files: readonly ChangedFile[];
  /** Markdown; null for none. */
  readonly body: string | null;
  /** Whether the body is a release's notes, where quotations and what is folded away count too. Default: a pull request's. */
  readonly isNotes?: boolean;
  /** What the config file lists. */
  readonly config: readonly { readonly reference: string; readonly base: string | null; readonly origin: Origin | null }[];
  /** Every path of the repository at the pull request's head, where a checkout or the tree is at hand; else null. */
  readonly paths?: ReadonlySet<string> | null;
  /** Whether there is such a file or folder, from the repository's root; null where that is not known. Default: what `paths` says. */
  readonly exists?: Existence;
  /** How loaders see a folder: what they do not take of it is a checkpoint by itself. Default: all is taken. */
  readonly besides?: Besides;
  /** `HF_ENDPOINT`; default the public Hub. */
  readonly hubEndpoint?: string;
}

/** A reference in one place. */
type Single = Omit<Discovered, 'alsoAt'>;
/** One that is none where the repository has a file or folder of one of these paths. */
type Possible = Single & { readonly unless: readonly string[] };

/**
 * Finds the checkpoints that a pull request refers to on the lines that it adds or changes, that it stores itself, that
 * its body names, and that the config file lists. Each is named once, with the lines that name it. What may well be
 * something else is left out: a check that checks the wrong thing is worse than one that has to be asked for.
 */
export async function discover(input: DiscoveryInput): Promise<Discovery> {
  const skipped: { path: string; reason: string }[] = [];
  const unparsed: Origin[] = [];
  const { paths = null, exists = existenceIn(paths), hubEndpoint = 'https://huggingface.co' } = input;
  const stored = changedCheckpoints(input.files, paths, input.besides);
  const found: Single[] = stored.map(({ reference, path }) => ({ reference, base: null, origin: { path, line: 1 }, kind: 'files', isWeak: isWeightsByEnding(reference) }));
  const changed = new Set(stored.map(({ reference }) => reference));
  const folders = new Set(stored.map(({ reference }) => (isWeights(reference) ? folderOf(reference) : reference)));
  const undecided: Single[] = [];
  const add = async (all: readonly Possible[]): Promise<void> => {
    // One by one: more arguments than the stack holds would end the run.
    for (const { unless, ...one } of all) {
      const isFolder = await anyExists(unless, exists);
      if (isFolder === true) continue;
      const isThere = one.base === null || one.base.startsWith('hf:') || (await exists(one.base)) === true;
      (isFolder === null ? undecided : found).push(isThere ? one : { ...one, base: null });
    }
  };
  for (const file of input.files) {
    const { mentions, reason, unparsedAt } = await inFile(file);
    if (reason !== null) skipped.push({ path: file.path, reason });
    if (unparsedAt !== null) unparsed.push({ path: file.path, line: unparsedAt });
    const resolved = mentions.flatMap(({ candidate, line }): Possible[] => {
      const resolution = resolveCandidate(candidate, { path: file.path, changedCheckpoints: changed, hubEndpoint });
      return resolution === null ? [] : [{ ...resolution, origin: { path: file.path, line }, kind: candidate.kind, isWeak: candidate.isWeak }];
    });
    await add(folders.has(folderOf(file.path)) ? withoutOwn(resolved, file.path) : resolved);
  }
  const inText = (await inBody(input.body, input.isNotes ?? false)).map((candidate) => resolveCandidate(candidate, { path: null, changedCheckpoints: changed, hubEndpoint }));
  await add(inText.filter((resolution) => resolution !== null).map((resolution) => ({ ...resolution, origin: null, kind: 'body', isWeak: false })));
  for (const { reference, base, origin } of input.config) found.push({ reference, base, origin, kind: 'config', isWeak: false });
  const references = merge(found);
  const known = new Set(references.map(({ reference }) => referenceKey(reference)));
  return {
    references: references.slice(0, MAX_REFERENCES), skipped, unparsed, beyond: references.slice(MAX_REFERENCES).map(({ reference }) => reference),
    undecided: merge(undecided).filter(({ reference }) => !known.has(referenceKey(reference))).slice(0, MAX_REFERENCES).map(({ reference, origin }) => ({ reference, origin })),
  };
}

/**
 * Whether the whole of a file is worth fetching: it is of a language that is read, its patch does not show all of it,
 * and a changed line could hold a reference.
 */
export function needsContent({ path, status, patch }: ChangedFile): boolean {
  return languageOf(path) !== null && patch !== null && status !== 'removed' && status !== 'added' && mayRefer(readHunks(patch));
}

interface Mention { readonly candidate: Candidate; readonly line: number }

interface InFile {
  readonly mentions: readonly Mention[];
  /** Why it was not looked into; null where it was. */
  readonly reason: string | null;
  /** Where a parser stops, in a part that the change touches; null for nowhere. */
  readonly unparsedAt: number | null;
}

function notRead(reason: string | null): InFile {
  return { mentions: [], reason, unparsedAt: null };
}

async function inFile(file: ChangedFile): Promise<InFile> {
  const language = languageOf(file.path);
  if (language === null || file.status === 'removed' || file.status === 'unchanged') return notRead(null);
  const hunks = file.patch === null ? null : readHunks(file.patch);
  if (hunks === null && file.status !== 'added') {
    return notRead(file.status === 'modified' || file.status === 'changed' ? 'GitHub gives no diff for it, so its changed lines are not known' : null);
  }
  if (hunks !== null && !mayRefer(hunks)) return notRead(null);
  // The mark at the beginning of a file that some editors write is no part of its text.
  const text = wholeText(file, hunks)?.replace(/^\ufeff/, '') ?? null;
  if (text === null && hunks === null) return notRead('GitHub gives neither its diff nor its content');
  if (text !== null && text.length > (language === 'markdown' ? MAX_MARKDOWN_LENGTH : MAX_CONTENT_LENGTH)) {
    return notRead(`it has ${text.length.toLocaleString('en-US')} characters, too many for a file that people write`);
  }
  try {
    const { candidates, broken } = await readingOf(text, hunks ?? [], language, file.path);
    const changed = hunks === null ? null : new Set(hunks.flat().flatMap(({ kind, newLine }) => (kind === 'added' && newLine !== null ? [newLine] : [])));
    const mentions = candidates.flatMap((candidate) => {
      const line = candidate.lines.find((number) => changed === null || changed.has(number));
      return line === undefined ? [] : [{ candidate, line }];
    });
    const touched = broken.find((part) => changed === null || isTouched(part, changed));
    return { mentions: mentions.toSorted((a, b) => a.line - b.line), reason: null, unparsedAt: touched?.at ?? null };
  } catch (error) {
    // A parser that gives up (too deep, too odd) must not keep the other files from being read.
    return notRead(`it could not be parsed: ${error instanceof Error ? error.message.slice(0, 200) : 'unknown error'}`);
  }
}

function isTouched({ first, last }: Broken, changed: ReadonlySet<number>): boolean {
  // The parts do not overlap, so all of them together have no more lines than the file.
  for (let line = first; line <= last; line++) if (changed.has(line)) return true;
  return false;
}

async function readingOf(text: string | null, hunks: readonly Hunk[], language: Language, path: string): Promise<Reading> {
  if (text !== null) return findInText(text, language, { isWeakAllowed: !isAutomation(path) });
  const found = await Promise.all(hunks.map((hunk) => findInHunk(hunk, language)));
  return { candidates: found.flat(), broken: [] };
}

/** The file after the change: as given, or, for a new file, from its one hunk. */
function wholeText(file: ChangedFile, hunks: readonly Hunk[] | null): string | null {
  if (typeof file.content === 'string') return file.content;
  const [only, second] = hunks ?? [];
  if (file.status !== 'added' || only === undefined || second !== undefined) return null;
  return only.map(({ text }) => text).join('\n');
}

async function inBody(body: string | null, isNotes: boolean): Promise<readonly Candidate[]> {
  if (body === null || body.length > MAX_MARKDOWN_LENGTH) return [];
  try {
    return isNotes ? await findInNotes(body) : await findInMarkdown(body, true, { isWeakAllowed: false });
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
function withoutOwn(found: readonly Possible[], path: string): readonly Possible[] {
  const isCard = languageOf(path) === 'markdown';
  const isOwn = ({ kind }: Single): boolean => kind === 'model-card' || path.endsWith('adapter_config.json') || (isCard && kind === 'call');
  const bases = new Set(found.filter(isOwn).map(({ reference }) => reference));
  return found.filter((one) => !isOwn(one) && !(isCard && bases.has(one.reference)));
}

/** Further places of one reference that are kept: more tell nobody anything. */
const MAX_PLACES = 50;

/** One entry a reference: the first place that names it, and the others beside it. The config file's base counts for all. */
function merge(found: readonly Single[]): Discovered[] {
  const merged = new Map<string, Discovered & { readonly alsoAt: Origin[] }>();
  const based = new Set<string>();
  for (const one of found) {
    const plainKey = referenceKey(one.reference);
    const isBase = one.kind === 'config' && one.base !== null;
    // Listed with two bases it is two; the list is the team's, and wins over what a line says.
    const key = isBase && based.has(plainKey) ? `${plainKey} ${one.base}` : plainKey;
    if (isBase) based.add(plainKey);
    const first = merged.get(key);
    if (first === undefined) {
      merged.set(key, { ...one, alsoAt: [] });
      continue;
    }
    const isElsewhere = one.origin !== null && first.origin !== null && (one.origin.path !== first.origin.path || one.origin.line !== first.origin.line);
    if (isElsewhere && one.origin !== null && first.alsoAt.length < MAX_PLACES) first.alsoAt.push(one.origin);
    merged.set(key, { ...first, base: isBase ? one.base : (first.base ?? one.base), origin: first.origin ?? one.origin, isWeak: first.isWeak && one.isWeak });
  }
  return [...merged.values()];
}
