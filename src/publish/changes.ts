import type { ChangedFile } from '../discovery/discover.ts';
import { needsContent } from '../discovery/discover.ts';
import { pullRequestFiles } from './changed-files.ts';
import { isRefusal, statusOf, type GitHub } from './client.ts';
import { textsAt } from './repository-files.ts';

/** What is proposed: the commits, and where the list of changed files comes from. */
export interface Change {
  readonly pullRequest: number | null;
  readonly head: string;
  readonly base: string;
}

/** More whole files are not fetched; the rest is judged by its diff alone. */
const MOST_CONTENTS = 100;

/** The files that a pull request or a merge group changes; null where the token may not see them. */
export async function changedFiles(github: GitHub, change: Change): Promise<readonly ChangedFile[] | null> {
  try {
    const files = await listed(github, change);
    const wanted = files.filter((file) => needsContent(file)).slice(0, MOST_CONTENTS);
    const texts = await textsAt(github, change.head, wanted.map(({ path }) => path));
    return files.map((file) => ({ ...file, content: texts.get(file.path) ?? null }));
  } catch (error) {
    if (isRefusal(error) || statusOf(error) === 404) return null;
    throw error;
  }
}

/** In a merge queue the commit may hold several pull requests, so the commits themselves are compared. */
async function listed(github: GitHub, { pullRequest, head, base }: Change): Promise<readonly ChangedFile[]> {
  if (pullRequest !== null) return await pullRequestFiles(github, pullRequest);
  const { owner, repo } = github;
  const { data } = await github.rest.repos.compareCommitsWithBasehead({ owner, repo, basehead: `${base}...${head}`, per_page: 100 });
  return (data.files ?? []).map(({ filename, status, patch }) => ({ path: filename, status, patch: patch ?? null }));
}

/** The same diff read backwards: what it removes as what it adds. Tells what a reference was before. */
export function reversed(files: readonly ChangedFile[]): readonly ChangedFile[] {
  return files.filter(({ status, patch }) => status === 'modified' && patch !== null).map(({ path, patch }) => ({ path, status: 'modified', patch: (patch ?? '').split('\n').map(reversedLine).join('\n') }));
}

function reversedLine(line: string): string {
  const header = /^@@ -(\S+) \+(\S+) @@/.exec(line);
  if (header) return `@@ -${header[2]} +${header[1]} @@`;
  if (line.startsWith('+')) return `-${line.slice(1)}`;
  return line.startsWith('-') ? `+${line.slice(1)}` : line;
}
