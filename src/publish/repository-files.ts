import { posix } from 'node:path';
import { explained, isRefusal, statusOf, type GitHub } from './client.ts';

/** GitHub cuts the list of a large repository, whose folders are then asked for one by one, as far as this. */
const MOST_TREES = 60;

/** The paths of all files of a commit; null where there are too many, no such commit, or the token may not read. @throws UnreachableError */
export async function pathsAt(github: GitHub, commit: string): Promise<ReadonlySet<string> | null> {
  const paths = new Set<string>();
  const folders = [{ path: '', sha: commit }];
  try {
    let asked = 0;
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      const whole = await treeOf(github, folder, true);
      const { files, subfolders, isCut } = whole.isCut ? await treeOf(github, folder, false) : { ...whole, subfolders: [] };
      // One folder alone holds more than GitHub lists.
      if (isCut) return null;
      for (const path of files) paths.add(path);
      folders.push(...subfolders);
      asked += whole.isCut ? 2 : 1;
      if (asked >= MOST_TREES && folders.length > 0) return null;
    }
    return paths;
  } catch (error) {
    if (isRefusal(error) || statusOf(error) === 404 || statusOf(error) === 409) return null;
    throw explained(error, `list the files at ${commit.slice(0, 7)}`, 'contents: read');
  }
}

interface Folder { readonly path: string; readonly sha: string }

/** What a folder holds, with all that lies below it or without. */
async function treeOf(github: GitHub, { path: above, sha }: Folder, isDeep: boolean): Promise<{ files: readonly string[]; subfolders: readonly Folder[]; isCut: boolean }> {
  const { owner, repo } = github;
  const { data } = await github.rest.git.getTree({ owner, repo, tree_sha: sha, ...(isDeep ? { recursive: 'true' } : {}) });
  const files = data.tree.flatMap(({ path, type }) => (path !== undefined && type === 'blob' ? [above + path] : []));
  const subfolders = data.tree.flatMap(({ path, type, sha: inner }) => (path !== undefined && type === 'tree' && inner !== undefined ? [{ path: `${above}${path}/`, sha: inner }] : []));
  return { files, subfolders, isCut: data.truncated };
}

/** The text of a file at a commit; null where there is none. @throws AccessError or UnreachableError */
export async function textAt(github: GitHub, commit: string, written: string): Promise<string | null> {
  const { owner, repo } = github;
  // GitHub knows no `./`.
  const path = posix.normalize(written);
  try {
    const { data } = await github.rest.repos.getContent({ owner, repo, path, ref: commit, mediaType: { format: 'raw' } });
    // Octokit types the raw form as the JSON one.
    const raw: unknown = data;
    return typeof raw === 'string' ? raw : null;
  } catch (error) {
    // Nothing else says that there is no such file: a token that may not look does not know.
    if (statusOf(error) === 404) return null;
    throw explained(error, `read ${path} at ${commit.slice(0, 7)}`, 'contents: read');
  }
}
