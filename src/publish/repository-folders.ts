import { existsSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { existenceIn, type Existence } from '../discovery/existence.ts';
import type { GitHub } from './client.ts';
import { explained, isRefusal, statusOf } from './client.ts';

/** Folders of a commit that are listed one by one at most. References are few, and most lie under few folders. */
const MOST_FOLDERS = 60;

/** What may say which files and folders a commit has. */
export interface Places {
  /** Every path of the commit; null where GitHub does not list them at once. */
  readonly paths: ReadonlySet<string> | null;
  /** The folder where the commit may be checked out; null for none. */
  readonly workspace: string | null;
  readonly github: GitHub | null;
  readonly commit: string;
}

/**
 * Whether a commit, or what an earlier step of the job has put beside it, has a file or folder. Where GitHub lists
 * not all files at once, it is asked folder by folder; a checkout decides where it does not answer.
 */
export function existenceAt(places: Places): Existence {
  return lookupAt(places).exists;
}

/** What is known of one folder. */
export interface Listing {
  /** The paths of files in it, from the repository's root; not of those below. */
  readonly files: readonly string[];
  /** Whether there are no others. */
  readonly isWhole: boolean;
}

export interface Lookup {
  readonly exists: Existence;
  /** What lies in a folder of the commit. Of what is no folder there, nothing. */
  readonly filesIn: (folder: string) => Promise<Listing>;
}

/** `existenceAt`, and what lies in single folders where GitHub lists not all files at once. */
export function lookupAt({ paths, workspace, github, commit }: Places): Lookup {
  const listed = existenceIn(paths);
  const walk = github === null ? null : walker(github, commit);
  return {
    async exists(path) {
      if ((await listed(path)) === true || isIn(workspace, path)) return true;
      if (paths !== null) return false;
      return (await walk?.exists(path)) ?? (isCheckout(workspace) ? false : null);
    },
    async filesIn(folder) {
      const files = (await walk?.filesIn(folder)) ?? null;
      return files === null ? { files: filesOnDisk(workspace, folder), isWhole: isCheckout(workspace) } : { files, isWhole: true };
    },
  };
}

function filesOnDisk(workspace: string | null, folder: string): readonly string[] {
  try {
    return workspace === null ? [] : readdirSync(join(workspace, folder), { withFileTypes: true }).filter((entry) => !entry.isDirectory()).map(({ name }) => posix.join(folder, name));
  } catch {
    // No such folder, or none that may be read.
    return [];
  }
}

function isIn(workspace: string | null, path: string): boolean {
  return workspace !== null && existsSync(join(workspace, path));
}

/** Whether all of a commit lies there. What a sparse checkout lacks may be in the commit all the same. */
function isCheckout(workspace: string | null): boolean {
  return isIn(workspace, '.git/HEAD') && !isIn(workspace, '.git/info/sparse-checkout');
}

/** The names in a folder, each with the tree that it is; null for a file. */
type Folder = ReadonlyMap<string, string | null>;

/** Looks places up from the root down; each folder is asked for once. Null where GitHub does not say. */
function walker(github: GitHub, commit: string): { readonly exists: Existence; readonly filesIn: (folder: string) => Promise<readonly string[] | null> } {
  const folders = new Map<string, Promise<Folder | null>>();
  const folder = async (sha: string): Promise<Folder | null> => {
    const known = folders.get(sha);
    if (known !== undefined) return await known;
    if (folders.size >= MOST_FOLDERS) return null;
    const asked = folderAt(github, sha);
    folders.set(sha, asked);
    return await asked;
  };
  /** The tree that a path is: `file`, `nothing`, or null where that is not known. */
  const find = async (path: string): Promise<{ readonly tree: string } | 'file' | 'nothing' | null> => {
    const names = path === '.' ? [] : path.split('/');
    // Above the root there is nothing of the repository.
    if (names.includes('..')) return 'nothing';
    let sha: string | null = commit;
    for (const name of names) {
      if (sha === null) return 'nothing';
      const inner = await folder(sha);
      if (inner === null) return null;
      const next = inner.get(name);
      if (next === undefined) return 'nothing';
      sha = next;
    }
    return sha === null ? 'file' : { tree: sha };
  };
  return {
    async exists(path) {
      const found = await find(path);
      return found === null ? null : found !== 'nothing';
    },
    async filesIn(path) {
      const found = await find(path);
      if (found === null) return null;
      if (typeof found === 'string') return [];
      const inside = await folder(found.tree);
      return inside === null ? null : [...inside].flatMap(([name, tree]) => (tree === null ? [posix.join(path, name)] : []));
    },
  };
}

/** Null where there are more names than GitHub lists, or the token may not read. @throws UnreachableError */
async function folderAt(github: GitHub, sha: string): Promise<Folder | null> {
  const { owner, repo } = github;
  try {
    const { data } = await github.rest.git.getTree({ owner, repo, tree_sha: sha });
    return data.truncated ? null : new Map(data.tree.map((entry) => [entry.path, entry.type === 'tree' ? entry.sha : null]));
  } catch (error) {
    if (isRefusal(error) || statusOf(error) === 404 || statusOf(error) === 409) return null;
    throw explained(error, `list a folder at ${sha.slice(0, 7)}`, 'contents: read');
  }
}
