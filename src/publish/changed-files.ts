import type { GitHub } from './client.ts';

export interface PullRequestFile {
  readonly path: string;
  readonly status: string;
  /** The unified diff; null where GitHub shows none: too large, or binary. */
  readonly patch: string | null;
}

/** The files that a pull request changes, from every page (GitHub lists 3,000 at most). */
export async function pullRequestFiles(github: GitHub, pullRequest: number): Promise<readonly PullRequestFile[]> {
  const { owner, repo } = github;
  const files = await github.paginate(github.rest.pulls.listFiles, { owner, repo, pull_number: pullRequest, per_page: 100 });
  return files.map(({ filename, status, patch }) => ({ path: filename, status, patch: patch ?? null }));
}
