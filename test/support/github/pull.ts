import type { ChangedFile, PullRequest, State } from './state.ts';

/** Adds a pull request by a person, from a branch of the same repository unless `more` says otherwise. */
export function addPull(state: State, number: number, more: Partial<PullRequest> = {}): PullRequest {
  const pull: PullRequest = {
    number, title: 'Release the model', body: null, state: 'open', author: 'octocat',
    headSha: 'a'.repeat(40), headRef: 'release', headRepository: `${state.owner}/${state.name}`, baseRef: 'main', baseSha: 'b'.repeat(40), files: [],
    ...more,
  };
  state.pulls.set(number, pull);
  return pull;
}

/** A file that a pull request adds, with the patch that GitHub shows of it. */
export function addedFile(filename: string, lines: readonly string[]): ChangedFile {
  return { filename, status: 'added', patch: [`@@ -0,0 +1,${lines.length} @@`, ...lines.map((line) => `+${line}`)].join('\n') };
}
