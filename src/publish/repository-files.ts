import { posix } from 'node:path';
import pLimit from 'p-limit';
import { explained, isRefusal, statusOf, type GitHub } from './client.ts';

/** More requests at once only make GitHub slow us down. */
const PARALLEL = 8;

/** The paths of all files of a commit; null where there are more than GitHub lists at once, or the token may not read. @throws UnreachableError */
export async function pathsAt(github: GitHub, commit: string): Promise<ReadonlySet<string> | null> {
  const { owner, repo } = github;
  try {
    const { data } = await github.rest.git.getTree({ owner, repo, tree_sha: commit, recursive: 'true' });
    return data.truncated ? null : new Set(data.tree.flatMap(({ path, type }) => (path !== undefined && type === 'blob' ? [path] : [])));
  } catch (error) {
    if (isRefusal(error) || statusOf(error) === 404 || statusOf(error) === 409) return null;
    throw explained(error, `list the files at ${commit.slice(0, 7)}`, 'contents: read');
  }
}

/** The text of a file at a commit; null where there is none, or the token may not read it. @throws UnreachableError */
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
    if (isRefusal(error) || statusOf(error) === 404) return null;
    throw explained(error, `read ${path} at ${commit.slice(0, 7)}`, 'contents: read');
  }
}

/** The texts of several files at a commit, by path; those that cannot be had are left out. */
export async function textsAt(github: GitHub, commit: string, paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const limit = pLimit(PARALLEL);
  const read = await Promise.all(paths.map((path) => limit(async () => ({ path, text: await textAt(github, commit, path) }))));
  return new Map(read.flatMap(({ path, text }) => (text === null ? [] : [[path, text]])));
}
