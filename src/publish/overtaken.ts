import { statusOf, type GitHub } from './client.ts';
import { compareRuns, compareStamps, type Stamp } from './marker.ts';

/**
 * Where a commit stands in a pull request: it is the head; it has got commits on top; or GitHub does not say for certain
 * that it has, as after a forced push, and of the commit that a merge queue tries.
 */
export type Position = 'head' | 'overtaken' | 'apart';

/**
 * Where the commit that was checked stands by now. Where it has been built upon, the run of a newer one speaks, or has
 * spoken, which cannot always be told from what stands there, because a run that has nothing to say leaves nothing.
 */
export async function positionOf(github: GitHub, pullRequest: number, head: string): Promise<Position> {
  const { owner, repo } = github;
  try {
    const { data: pull } = await github.rest.pulls.get({ owner, repo, pull_number: pullRequest });
    if (pull.head.sha === head) return 'head';
    const { data } = await github.rest.repos.compareCommitsWithBasehead({ owner, repo, basehead: `${head}...${pull.head.sha}`, per_page: 1 });
    return data.status === 'ahead' ? 'overtaken' : 'apart';
  } catch (error) {
    if (statusOf(error) === null) throw error;
    return 'apart';
  }
}

/**
 * Whether what stands there is newer than what we would post. About the same commit, the check that began last is right.
 * About another one, the pull request's head decides where the clock and the order in which the runs were made disagree:
 * the run of a replaced commit that is run again began last, and is none the newer for it.
 * @param position where our commit stands; asked only where it decides
 */
export async function isNewer(theirs: Stamp, ours: Stamp, position: () => Promise<Position>): Promise<boolean> {
  const [began, made] = [compareStamps(theirs, ours) > 0, compareRuns(theirs, ours) > 0];
  if (theirs.head === ours.head || began === made) return began;
  return (await position()) !== 'head';
}
