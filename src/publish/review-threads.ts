import type { GitHub } from './client.ts';
import { isSameKey, LONGEST_BODY, readMarker, type Marker, type Stamp } from './marker.ts';
import { viewer } from './viewer.ts';

/** A comment of ours on a line or a file, as a past run left it. */
export interface PastComment {
  /** GraphQL's id, for minimising, and the number, for editing. */
  readonly nodeId: string;
  readonly id: number;
  readonly body: string;
  readonly marker: Marker;
  readonly path: string;
  /** The line has changed since, so GitHub folds the thread away. */
  readonly outdated: boolean;
  readonly minimized: boolean;
  /** A person has hidden it, which is not ours to say again: we hide what is outdated, or marked as fixed. */
  readonly hidden: boolean;
  /** Somebody else wrote in the thread, or resolved it: it is theirs as much as ours. */
  readonly answered: boolean;
  /** A past run has marked it as fixed, and left it to the people who talk there. */
  readonly markedFixed: boolean;
}

const FIXED = '**Fixed** as of ';

interface Author { readonly __typename: string; readonly login: string }

interface ThreadsAnswer {
  readonly repository: { readonly pullRequest: { readonly reviewThreads: {
    readonly nodes: readonly Thread[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  } } | null } | null;
}
interface Thread {
  readonly isOutdated: boolean;
  readonly isResolved: boolean;
  readonly path: string;
  readonly comments: { readonly nodes: readonly { readonly id: string; readonly fullDatabaseId: string | number; readonly body: string; readonly isMinimized: boolean; readonly minimizedReason: string | null; readonly author: Author | null }[] };
}

const THREADS = `query ($owner: String!, $repo: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $repo) { pullRequest(number: $number) { reviewThreads(first: 50, after: $after) {
    nodes { isOutdated isResolved path comments(first: 20) { nodes { id fullDatabaseId body isMinimized minimizedReason author { __typename login } } } }
    pageInfo { hasNextPage endCursor }
  } } }
}`;
const MINIMIZE = 'mutation ($id: ID!, $why: ReportedContentClassifiers!) { minimizeComment(input: { subjectId: $id, classifier: $why }) { minimizedComment { isMinimized } } }';

/** All comments with that key that we began a thread with, on every page. */
export async function pastComments(github: GitHub, pullRequest: number, stamp: Stamp): Promise<readonly PastComment[]> {
  if (!(await anyMarked(github, pullRequest))) return [];
  const found: PastComment[] = [];
  const login = await viewer(github);
  let after: string | null = null;
  do {
    const answer: ThreadsAnswer = await github.graphql<ThreadsAnswer>(THREADS, { owner: github.owner, repo: github.repo, number: pullRequest, after });
    const threads = answer.repository?.pullRequest?.reviewThreads;
    for (const thread of threads?.nodes ?? []) {
      const comment = ours(thread, stamp, login);
      if (comment) found.push(comment);
    }
    after = threads?.pageInfo.hasNextPage ? threads.pageInfo.endCursor : null;
  } while (after !== null);
  return found;
}

/** REST says quickly whether there is anything to ask GraphQL about, which alone knows threads and is paced like a write. */
async function anyMarked(github: GitHub, pullRequest: number): Promise<boolean> {
  const { owner, repo } = github;
  const all = await github.paginate(github.rest.pulls.listReviewComments, { owner, repo, pull_number: pullRequest, per_page: 100 });
  return all.some(({ body }) => readMarker(body) !== null);
}

function ours(thread: Thread, stamp: Stamp, login: string): PastComment | null {
  const [first, ...answers] = thread.comments.nodes;
  if (!first || loginOf(first.author) !== login) return null;
  const marker = readMarker(first.body);
  if (marker?.kind !== 'finding' || !isSameKey(marker, stamp)) return null;
  const markedFixed = first.body.split('\n')[1]?.startsWith(FIXED) ?? false;
  return {
    nodeId: first.id, id: Number(first.fullDatabaseId), body: first.body, marker, path: thread.path,
    outdated: thread.isOutdated, minimized: first.isMinimized, markedFixed,
    hidden: first.isMinimized && !markedFixed && first.minimizedReason?.toLowerCase() !== 'outdated',
    answered: thread.isResolved || answers.some((answer) => loginOf(answer.author) !== login),
  };
}

/** As REST names the author: GraphQL leaves out the suffix of a bot, whose name a person may have too. */
function loginOf(author: Author | null): string | null {
  return author?.__typename === 'Bot' ? `${author.login}[bot]` : (author?.login ?? null);
}

/** Says above a comment that what it found is in order as of a commit. It keeps its text: people may have answered it. */
export async function markFixed(github: GitHub, comment: PastComment, head: string): Promise<void> {
  const { owner, repo } = github;
  const [marker = '', ...text] = comment.body.split('\n');
  const body = [marker, fixedSince(head), '', ...text].join('\n');
  await github.rest.pulls.updateReviewComment({ owner, repo, comment_id: comment.id, body: body.slice(0, LONGEST_BODY) });
}

/** The sentence above what is in order again. */
export function fixedSince(head: string): string {
  return `${FIXED}${head.slice(0, 7)}.`;
}

/** Folds a comment or a review away, as GitHub's own menu does. */
export async function minimize(github: GitHub, { nodeId }: { readonly nodeId: string }, why: 'OUTDATED' | 'RESOLVED'): Promise<void> {
  await github.graphql(MINIMIZE, { id: nodeId, why });
}
