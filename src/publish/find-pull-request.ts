import type { GitHub } from './client.ts';

/** The head of a commit's workflow run, as GitHub itself says it. */
export interface RunHead {
  readonly sha: string;
  /** `owner:branch`, for a search where the first finds nothing; null where the repository is gone. */
  readonly label: string | null;
}

export interface OpenPull {
  readonly number: number;
  /** The base branch's commit, whose settings are trusted. */
  readonly base: string;
}

/**
 * Open pull requests of this repository whose head is exactly that commit. A run of a fork's pull request names
 * none, and a number that its artifact names may be another's: only the commit counts.
 */
export async function pullRequestsByHead(github: GitHub, head: RunHead): Promise<readonly OpenPull[]> {
  const { owner, repo } = github;
  const isCurrent = (pull: { readonly state: string; readonly head: { readonly sha: string } }): boolean => pull.state === 'open' && pull.head.sha === head.sha;
  const { data: associated } = await github.rest.repos.listPullRequestsAssociatedWithCommit({ owner, repo, commit_sha: head.sha, per_page: 100 });
  const found = associated.filter((pull) => isCurrent(pull) && pull.base.repo.full_name.toLowerCase() === `${owner}/${repo}`.toLowerCase());
  if (found.length > 0 || head.label === null) return found.map(openPull);
  // GitHub does not always associate a fork's commit with the pull request in the repository that it goes to.
  const { data: ofBranch } = await github.rest.pulls.list({ owner, repo, state: 'open', head: head.label, per_page: 100 });
  return ofBranch.filter(isCurrent).map(openPull);
}

function openPull({ number, base }: { readonly number: number; readonly base: { readonly sha: string } }): OpenPull {
  return { number, base: base.sha };
}
