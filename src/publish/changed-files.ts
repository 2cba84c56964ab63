import { explained, type GitHub } from './client.ts';

export interface PullRequestFile {
  readonly path: string;
  readonly status: string;
  /** Where a renamed file was before; null for others. */
  readonly previousPath: string | null;
  /** The unified diff; null where GitHub shows none: too large, or binary. */
  readonly patch: string | null;
}

/** GitHub's list of a pull request's files ends there without a word. */
export const MOST_PULL_REQUEST_FILES = 3_000;
/** That of a comparison of commits. */
export const MOST_COMPARED_FILES = 300;

/** What it takes to see what is changed. */
export const READING = '`contents: read` and `pull-requests: read`';

/**
 * The files that a pull request changes, from every page.
 * @throws AccessError, NotFoundError or UnreachableError
 */
export async function pullRequestFiles(github: GitHub, pullRequest: number): Promise<readonly PullRequestFile[]> {
  const { owner, repo } = github;
  try {
    const files = await github.paginate(github.rest.pulls.listFiles, { owner, repo, pull_number: pullRequest, per_page: 100 });
    return files.map(toFile);
  } catch (error) {
    throw explained(error, `list the files of pull request #${pullRequest}`, READING);
  }
}

/**
 * The files that differ between two commits.
 * @throws AccessError, NotFoundError or UnreachableError
 */
export async function comparedFiles(github: GitHub, base: string, head: string): Promise<readonly PullRequestFile[]> {
  const { owner, repo } = github;
  try {
    const { data } = await github.rest.repos.compareCommitsWithBasehead({ owner, repo, basehead: `${base}...${head}`, per_page: 100 });
    return (data.files ?? []).map(toFile);
  } catch (error) {
    throw explained(error, `compare ${base.slice(0, 7)} with ${head.slice(0, 7)}`, READING);
  }
}

/** GitHub gives a previous name to what is renamed or copied. */
function toFile({ filename, status, patch, previous_filename: previous }: { filename: string; status: string; patch?: string; previous_filename?: string }): PullRequestFile {
  return { path: filename, status, previousPath: status === 'renamed' ? (previous ?? null) : null, patch: patch ?? null };
}
