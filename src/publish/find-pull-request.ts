import { explained, statusOf, type GitHub } from './client.ts';

const NEEDED = '`contents: read` and `pull-requests: read`';

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
 * @throws AccessError, NotFoundError or UnreachableError where GitHub can't be asked
 */
export async function pullRequestsByHead(github: GitHub, head: RunHead): Promise<readonly OpenPull[]> {
  const { owner, repo } = github;
  const isCurrent = (pull: { readonly state: string; readonly head: { readonly sha: string } }): boolean => pull.state === 'open' && pull.head.sha === head.sha;
  const found = (await associated(github, head.sha)).filter((pull) => isCurrent(pull) && pull.base.repo.full_name.toLowerCase() === `${owner}/${repo}`.toLowerCase());
  if (found.length > 0 || head.label === null) return found.map(openPull);
  // GitHub does not always associate a fork's commit with the pull request in the repository that it goes to.
  return (await ofBranch(github, head.label)).filter(isCurrent).map(openPull);
}

/** None where GitHub does not know the commit in this repository: of a fork's it answers so, or that it knows no pull request. */
async function associated(github: GitHub, sha: string) {
  const { owner, repo } = github;
  try {
    return (await github.rest.repos.listPullRequestsAssociatedWithCommit({ owner, repo, commit_sha: sha, per_page: 100 })).data;
  } catch (error) {
    const status = statusOf(error);
    if (status === 404 || status === 422) return [];
    throw explained(error, `look up the pull requests of ${sha.slice(0, 7)}`, NEEDED);
  }
}

async function ofBranch(github: GitHub, label: string) {
  const { owner, repo } = github;
  try {
    return (await github.rest.pulls.list({ owner, repo, state: 'open', head: label, per_page: 100 })).data;
  } catch (error) {
    throw explained(error, 'look up the pull requests of the branch', NEEDED);
  }
}

function openPull({ number, base }: { readonly number: number; readonly base: { readonly sha: string } }): OpenPull {
  return { number, base: base.sha };
}
