import { statusOf, type GitHub } from './client.ts';

/**
 * Whether a pull request has got commits on top of one: then the run of a newer one speaks, or has spoken, which cannot
 * always be told from what stands there, because a run that has nothing to say leaves nothing.
 * @returns false where GitHub does not say so for certain, as after a forced push
 */
export async function isOvertaken(github: GitHub, pullRequest: number, head: string): Promise<boolean> {
  const { owner, repo } = github;
  try {
    const { data: pull } = await github.rest.pulls.get({ owner, repo, pull_number: pullRequest });
    if (pull.head.sha === head) return false;
    const { data } = await github.rest.repos.compareCommitsWithBasehead({ owner, repo, basehead: `${head}...${pull.head.sha}`, per_page: 1 });
    return data.status === 'ahead';
  } catch (error) {
    if (statusOf(error) === null) throw error;
    return false;
  }
}
