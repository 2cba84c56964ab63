import { posix } from 'node:path';
import pLimit from 'p-limit';
import { HeadcheckError, UnreachableError } from '../errors.ts';
import { explained, type GitHub } from './client.ts';
import { textAt } from './repository-files.ts';

/** More requests at once only make GitHub slow us down. */
const PARALLEL = 8;
/** Of fewer, each is asked for by itself. */
const FEW = 10;
/** Texts of one GraphQL request: those of a batch that takes too long are lost together. */
const BATCH = 50;
/** More are not asked for one by one: a job's token has 1,000 such requests an hour, for the whole repository. */
const MOST_SINGLE = 100;

/** Texts by path, and, of those that could not be had, why not. A file that does not exist is in neither. */
export interface Texts {
  readonly texts: ReadonlyMap<string, string>;
  readonly failures: ReadonlyMap<string, HeadcheckError>;
}

/**
 * The texts of several files at a commit: of many by GraphQL, a batch in one request, and what that does not give one
 * by one. Never throws for what a server says.
 */
export async function textsAt(github: GitHub, commit: string, paths: readonly string[]): Promise<Texts> {
  const { texts, failure } = paths.length > FEW ? await inBatches(github, commit, paths) : { texts: new Map<string, string>(), failure: null };
  const rest = paths.filter((path) => !texts.has(path));
  const tooMany = failure ?? new UnreachableError(`GitHub gives ${rest.length} files only one by one, and no more than ${MOST_SINGLE} of them are asked for.`, 'Name what is to be checked in the call, or make the change smaller.');
  const failures = new Map(rest.slice(MOST_SINGLE).map((path) => [path, tooMany]));
  const limit = pLimit(PARALLEL);
  await Promise.all(rest.slice(0, MOST_SINGLE).map((path) => limit(async () => {
    try {
      const text = await textAt(github, commit, path);
      if (text !== null) texts.set(path, text);
    } catch (error) {
      if (!(error instanceof HeadcheckError)) throw error;
      failures.set(path, error);
    }
  })));
  return { texts, failures };
}

/** As GitHub's GraphQL answers; what is no file has none of these. */
interface Answer { readonly repository: Readonly<Record<string, { readonly text?: string | null; readonly isTruncated?: boolean } | null>> | null }

/** The texts that GraphQL gives whole. What it fails to do once is not asked of it again. */
async function inBatches(github: GitHub, commit: string, paths: readonly string[]): Promise<{ readonly texts: Map<string, string>; readonly failure: HeadcheckError | null }> {
  const texts = new Map<string, string>();
  for (let start = 0; start < paths.length; start += BATCH) {
    const batch = paths.slice(start, start + BATCH);
    try {
      const expressions = Object.fromEntries(batch.map((path, i) => [`e${i}`, `${commit}:${posix.normalize(path)}`]));
      const { repository } = await github.graphql<Answer>(queryOf(batch.length), { owner: github.owner, repo: github.repo, ...expressions });
      batch.forEach((path, i) => {
        const blob = repository?.[`f${i}`];
        if (typeof blob?.text === 'string' && blob.isTruncated === false) texts.set(path, blob.text);
      });
    } catch (error) {
      return { texts, failure: explained(error, `read ${paths.length} files at ${commit.slice(0, 7)}`, 'contents: read') };
    }
  }
  return { texts, failure: null };
}

/** The paths go in variables: nothing that a stranger named becomes a part of the query. */
function queryOf(count: number): string {
  const numbers = Array.from({ length: count }, (_, i) => i);
  const variables = numbers.map((i) => `$e${i}: String!`).join(', ');
  const files = numbers.map((i) => `f${i}: object(expression: $e${i}) { ... on Blob { text isTruncated } }`).join('\n');
  return `query ($owner: String!, $repo: String!, ${variables}) { repository(owner: $owner, name: $repo) { ${files} } }`;
}
