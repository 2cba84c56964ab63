import { example } from './description.ts';
import { failure, MAX_BODY, notFound, paged, pullOf, text, user, type Answer, type Call, type Route } from './route.ts';
import type { IssueComment } from './state.ts';

const LIST = 'get /repos/{owner}/{repo}/issues/{issue_number}/comments';
const writing = ['pull_requests:write', 'issues:write'] as const;

function answer(call: Call, comment: IssueComment): unknown {
  const template = example(LIST, '200');
  const { state } = call;
  return {
    ...template,
    id: comment.id,
    node_id: `IC_${comment.id}`,
    html_url: `https://github.com/${state.owner}/${state.name}/pull/${comment.issue}#issuecomment-${comment.id}`,
    body: comment.body,
    user: user(template['user'], comment.author, comment.authorType),
  };
}

function tooLong(body: string | null): Answer | null {
  if (body === null || body === '') return failure(422, 'Validation Failed', { errors: [{ resource: 'IssueComment', code: 'missing_field', field: 'body' }] });
  if (body.length <= MAX_BODY) return null;
  return failure(422, 'Validation Failed', { errors: [{ resource: 'IssueComment', code: 'unprocessable', field: 'data', message: `Body is too long (maximum is ${MAX_BODY} characters)` }] });
}

function find(call: Call): IssueComment | undefined {
  return call.state.comments.find((comment) => comment.id === Number(call.params['comment_id']));
}

/** The author may edit; so may everybody who can write to the repository. */
export const issueRoutes: Readonly<Record<string, Route>> = {
  [LIST]: {
    scopes: ['pull_requests:read', 'issues:read'],
    handle: (call) => {
      if (!pullOf(call, 'issue_number')) return notFound();
      const number = Number(call.params['issue_number']);
      const all = call.state.comments.filter((comment) => comment.issue === number);
      return paged(call, `/repos/${call.state.owner}/${call.state.name}/issues/${number}/comments`, all.map((comment) => answer(call, comment)));
    },
  },
  'post /repos/{owner}/{repo}/issues/{issue_number}/comments': {
    scopes: writing,
    handle: (call) => {
      const body = text(call.body, 'body');
      const pull = pullOf(call, 'issue_number');
      if (!pull) return notFound();
      if (pull.locked && call.actor.type === 'Bot') return failure(403, 'Unable to create comment because issue is locked.');
      const refused = tooLong(body);
      if (refused) return refused;
      const { login, type } = call.actor;
      const comment: IssueComment = { id: call.state.nextId++, issue: Number(call.params['issue_number']), body: body ?? '', author: login, authorType: type, reactions: [], edits: 0 };
      call.state.comments.push(comment);
      return { status: 201, body: answer(call, comment) };
    },
  },
  'patch /repos/{owner}/{repo}/issues/comments/{comment_id}': {
    scopes: writing,
    handle: (call) => {
      const comment = find(call);
      const body = text(call.body, 'body');
      if (!comment) return notFound();
      const refused = tooLong(body);
      if (refused) return refused;
      comment.body = body ?? '';
      comment.edits += 1;
      return { status: 200, body: answer(call, comment) };
    },
  },
  'delete /repos/{owner}/{repo}/issues/comments/{comment_id}': {
    scopes: writing,
    handle: (call) => {
      const comment = find(call);
      if (!comment) return notFound();
      call.state.comments.splice(call.state.comments.indexOf(comment), 1);
      return { status: 204 };
    },
  },
  'post /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions': {
    scopes: writing,
    handle: (call) => {
      const comment = find(call);
      const content = text(call.body, 'content') ?? '';
      if (!comment) return notFound();
      const known = comment.reactions.includes(content);
      if (!known) comment.reactions.push(content);
      const template = example('post /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions', '201');
      return { status: known ? 200 : 201, body: { ...template, content, user: user(template['user'], call.actor.login, call.actor.type) } };
    },
  },
};
