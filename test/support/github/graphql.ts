import { readFileSync } from 'node:fs';
import { buildSchema, graphql } from 'graphql';
import { isRecord } from './description.ts';
import type { Actor, ReviewComment, State } from './state.ts';

const schema = buildSchema(readFileSync('test/support/github/schema.graphql', 'utf8'));
const PAGE = 100;
/** Bytes of a text that GitHub gives. */
const CUT_TEXT = 512_000;

/** In GraphQL a bot's login has no `[bot]`, except the viewer's own. */
const actor = (login: string): unknown => ({ __typename: login.endsWith('[bot]') ? 'Bot' : 'User', login: login.replace(/\[bot\]$/, '') });

const commentNode = (comment: ReviewComment): unknown => ({
  __typename: 'PullRequestReviewComment', id: `PRRC_${comment.id}`, body: comment.body, author: actor(comment.author), fullDatabaseId: String(comment.id),
  isMinimized: comment.minimized !== null, minimizedReason: comment.minimized?.toLowerCase() ?? null,
});

function page<T>(all: readonly T[], { first = PAGE, after }: { first?: number; after?: string }): object {
  if (first > PAGE) throw new Error(`Requesting ${first} records on the connection exceeds the \`first\` limit of ${PAGE} records.`);
  const start = after ? Number(after) : 0;
  const nodes = all.slice(start, start + first);
  return { nodes, totalCount: all.length, pageInfo: { endCursor: String(start + nodes.length), hasNextPage: start + nodes.length < all.length } };
}

function threadNode(state: State, root: ReviewComment): unknown {
  const comments = state.reviewComments.filter((comment) => comment === root || comment.inReplyTo === root.id);
  return {
    id: `PRRT_${root.id}`, path: root.path, line: root.line, isResolved: root.resolved,
    isOutdated: root.subject === 'line' && root.line === null,
    comments: (window: { first?: number; after?: string }) => page(comments.map(commentNode), window),
  };
}

function pullNode(state: State, number: number): unknown {
  if (!state.pulls.has(number)) return null;
  const threads = state.reviewComments.filter((comment) => comment.pull === number && comment.inReplyTo === null);
  return { reviewThreads: (window: { first?: number; after?: string }) => page(threads.map((root) => threadNode(state, root)), window) };
}

/** A file of a commit, as `SHA:path` names it. Texts end where GitHub says that it cuts them: a test that needs it makes one so long. */
function blobNode(state: State, expression: string): unknown {
  const [, commit = '', path = ''] = /^([^:]*):(.*)$/s.exec(expression) ?? [];
  const content = state.files.get(commit)?.get(path);
  if (content === undefined) return null;
  const bytes = Buffer.from(content);
  const isBinary = bytes.includes(0);
  return { __typename: 'Blob', oid: 'd'.repeat(40), byteSize: bytes.length, isBinary, isTruncated: bytes.length > CUT_TEXT, text: isBinary ? null : bytes.subarray(0, CUT_TEXT).toString('utf8') };
}

/** Executes a request against GitHub's own schema (cut to what we use), so that a field it lacks is refused as GitHub would. */
export async function answerGraphql(state: State, who: Actor, body: unknown): Promise<unknown> {
  const source = isRecord(body) && typeof body['query'] === 'string' ? body['query'] : '';
  const variables = isRecord(body) && isRecord(body['variables']) ? body['variables'] : {};
  const rootValue = {
    viewer: { __typename: 'User', login: who.login },
    repository: ({ owner, name }: { owner: string; name: string }) => (owner === state.owner && name === state.name ? {
      pullRequest: ({ number }: { number: number }) => pullNode(state, number),
      object: ({ expression }: { expression: string }) => {
        if (state.private && !who.scopes.has('contents:read')) throw new Error('Resource not accessible by integration');
        return blobNode(state, expression);
      },
    } : null),
    minimizeComment: ({ input }: { input: { subjectId: string; classifier: string } }) => {
      if (!who.scopes.has('pull_requests:write')) throw new Error('Resource not accessible by integration');
      const review = state.reviews.find((one) => `PRR_${one.id}` === input.subjectId);
      if (review) {
        review.minimized = input.classifier;
        return { minimizedComment: { __typename: 'PullRequestReview', isMinimized: true, minimizedReason: input.classifier.toLowerCase() } };
      }
      const comment = state.reviewComments.find((one) => `PRRC_${one.id}` === input.subjectId);
      if (!comment) throw new Error(`Could not resolve to a node with the global id of '${input.subjectId}'`);
      comment.minimized = input.classifier;
      return { minimizedComment: commentNode(comment) };
    },
  };
  const result = await graphql({ schema, source, rootValue, variableValues: variables });
  return result.errors ? { data: result.data ?? null, errors: result.errors.map((error) => ({ type: /accessible/.test(error.message) ? 'FORBIDDEN' : 'UNPROCESSABLE', message: error.message })) } : result;
}
