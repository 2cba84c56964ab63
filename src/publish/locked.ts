import { isRefusal, statusOf, type GitHub } from './client.ts';

/**
 * Whether GitHub took a post for no other reason than that the conversation is locked: then no permission helps, and
 * people have wanted it so. Of a comment it says that in words; of a review it need not, so the pull request is asked.
 */
export async function isLocked(github: GitHub, pullRequest: number, error: unknown): Promise<boolean> {
  if (!(error instanceof Error) || (!isRefusal(error) && statusOf(error) !== 422)) return false;
  if (/\bis locked\b/i.test(error.message)) return true;
  if (/resource not accessible by/i.test(error.message)) return false;
  const { owner, repo } = github;
  try {
    return (await github.rest.pulls.get({ owner, repo, pull_number: pullRequest })).data.locked;
  } catch (cause) {
    if (statusOf(cause) === null) throw cause;
    return false;
  }
}
