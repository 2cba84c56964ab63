import { explained, type GitHub } from './client.ts';

export interface PullRequestFile {
  readonly path: string;
  readonly status: string;
  /** Where a renamed file was before; null for others. */
  readonly previousPath: string | null;
  /** The unified diff; null where GitHub shows none: too large, or binary. */
  readonly patch: string | null;
  /** How many lines the change adds and removes: a file that is only renamed has none. */
  readonly lines: number;
}

/** As GitHub's API names it. */
interface Listed { readonly filename: string; readonly status: string; readonly patch?: string | undefined; readonly previous_filename?: string | undefined; readonly changes: number }

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

/** What differs between two commits, from where they part. */
export interface Comparison {
  readonly files: readonly PullRequestFile[];
  /** The commit from which both were made: a diff is against that. */
  readonly mergeBase: string;
}

/** @throws AccessError, NotFoundError or UnreachableError */
export async function comparison(github: GitHub, base: string, head: string): Promise<Comparison> {
  const { owner, repo } = github;
  try {
    const { data } = await github.rest.repos.compareCommitsWithBasehead({ owner, repo, basehead: `${base}...${head}`, per_page: 100 });
    return { files: (data.files ?? []).map(toFile), mergeBase: data.merge_base_commit.sha };
  } catch (error) {
    throw explained(error, `compare ${base.slice(0, 7)} with ${head.slice(0, 7)}`, READING);
  }
}

/** GitHub gives a previous name to what is renamed or copied. */
function toFile({ filename, status, patch, previous_filename: previous, changes }: Listed): PullRequestFile {
  return { path: filename, status, previousPath: status === 'renamed' ? (previous ?? null) : null, patch: patch ?? null, lines: changes };
}
