import { existsSync } from 'node:fs';
import { join } from 'node:path';
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
export function existenceAt({ paths, workspace, github, commit }: Places): Existence {
  const listed = existenceIn(paths);
  const walk = github === null ? async () => null : walker(github, commit);
  return async (path) => {
    if ((await listed(path)) === true || isIn(workspace, path)) return true;
    if (paths !== null) return false;
    return (await walk(path)) ?? (isCheckout(workspace) ? false : null);
  };
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

/** Looks a path up from the root down; each folder is asked for once. */
function walker(github: GitHub, commit: string): Existence {
  const folders = new Map<string, Promise<Folder | null>>();
  const folder = async (sha: string): Promise<Folder | null> => {
    const known = folders.get(sha);
    if (known !== undefined) return await known;
    if (folders.size >= MOST_FOLDERS) return null;
    const asked = folderAt(github, sha);
    folders.set(sha, asked);
    return await asked;
  };
  return async (path) => {
    const names = path.split('/');
    // Above the root there is nothing of the repository.
    if (names.includes('..')) return false;
    let sha: string = commit;
    for (const [i, name] of names.entries()) {
      const inner = await folder(sha);
      if (inner === null) return null;
      const next = inner.get(name);
      if (next === undefined) return false;
      if (i === names.length - 1) return true;
      if (next === null) return false;
      sha = next;
    }
    return true;
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
