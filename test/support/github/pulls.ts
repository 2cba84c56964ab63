import { example, isRecord } from './description.ts';
import { failure, MAX_BODY, notFound, paged, pullOf, records, text, user, type Answer, type Call, type Route } from './route.ts';
import { diffLines, type PullRequest, type Review, type ReviewComment } from './state.ts';

const PULL = '/repos/{owner}/{repo}/pulls/{pull_number}';
const writing = ['pull_requests:write'];
const reading = ['pull_requests:read'];

function pullAnswer(call: Call, pull: PullRequest, name: string): unknown {
  const template = example(name, '200');
  const side = (key: 'head' | 'base', ref: string, sha: string, fullName: string): unknown => {
    const part = isRecord(template[key]) ? template[key] : {};
    const [owner = '', repo = ''] = fullName.split('/');
    const repository = isRecord(part['repo']) ? part['repo'] : {};
    return { ...part, ref, sha, label: `${owner}:${ref}`, user: user(part['user'], owner, 'User'), repo: { ...repository, name: repo, full_name: fullName, owner: user(repository['owner'], owner, 'User') } };
  };
  return {
    ...template,
    number: pull.number, title: pull.title, body: pull.body, state: pull.state, locked: pull.locked ?? false, requested_teams: [],
    user: user(template['user'], pull.author, 'User'),
    html_url: `https://github.com/${call.state.owner}/${call.state.name}/pull/${pull.number}`,
    head: side('head', pull.headRef, pull.headSha, pull.headRepository),
    base: side('base', pull.baseRef, pull.baseSha, `${call.state.owner}/${call.state.name}`),
  };
}

function reviewAnswer(review: Review): unknown {
  const template = example(`get ${PULL}/reviews`, '200');
  return { ...template, id: review.id, node_id: `PRR_${review.id}`, state: review.state, body: review.body, commit_id: review.commit, user: user(template['user'], review.author, review.author.endsWith('[bot]') ? 'Bot' : 'User') };
}

function commentAnswer(call: Call, comment: ReviewComment): unknown {
  const template = example(`get ${PULL}/comments`, '200');
  const url = `https://github.com/${call.state.owner}/${call.state.name}/pull/${comment.pull}#discussion_r${comment.id}`;
  return {
    ...template,
    id: comment.id, node_id: `PRRC_${comment.id}`, pull_request_review_id: comment.review, body: comment.body, path: comment.path, side: comment.side,
    line: comment.line ?? undefined, commit_id: comment.commit, subject_type: comment.subject, html_url: url,
    ...(comment.inReplyTo === null ? { in_reply_to_id: undefined } : { in_reply_to_id: comment.inReplyTo }),
    user: user(template['user'], comment.author, comment.author.endsWith('[bot]') ? 'Bot' : 'User'),
  };
}

/** The comment that GitHub would store, or null where its line is not part of the diff. */
function placed(call: Call, pull: PullRequest, review: number, wanted: Readonly<Record<string, unknown>>): ReviewComment | null {
  const path = text(wanted, 'path') ?? '';
  const file = pull.files.find((one) => one.filename === path);
  const side = wanted['side'] === 'LEFT' ? 'LEFT' : 'RIGHT';
  const subject = wanted['subject_type'] === 'file' ? 'file' : 'line';
  const line = typeof wanted['line'] === 'number' ? wanted['line'] : null;
  const shown = line === null ? undefined : diffLines(file?.patch)[side].get(line);
  if (!file || (subject === 'line' && shown === undefined)) return null;
  return {
    id: call.state.nextId++, pull: pull.number, review, author: call.actor.login, body: text(wanted, 'body') ?? '', path, subject, side,
    line: subject === 'file' ? null : line, text: shown ?? null, commit: pull.headSha, inReplyTo: null, minimized: null, resolved: false,
  };
}

function createReview(call: Call, pull: PullRequest): Answer {
  if (pull.locked && call.actor.type === 'Bot') return failure(403, 'Forbidden');
  const event = text(call.body, 'event');
  const body = text(call.body, 'body') ?? '';
  const wanted = records(call.body['comments']);
  const refuse = (message: string): Answer => failure(422, 'Unprocessable Entity', { errors: [message] });
  if (event === 'REQUEST_CHANGES' && call.actor.login === pull.author) return refuse('Review Can not request changes on your own pull request');
  if (body === '' && (event === 'REQUEST_CHANGES' || wanted.length === 0)) return refuse('Review body can\'t be blank');
  if ([body, ...wanted.map((one) => text(one, 'body') ?? '')].some((one) => one.length > MAX_BODY)) return refuse(`Body is too long (maximum is ${MAX_BODY} characters)`);
  const commit = text(call.body, 'commit_id');
  if (commit !== null && commit !== pull.headSha) return refuse('Commit is not part of the pull request');
  const id = call.state.nextId++;
  const comments = wanted.map((one) => placed(call, pull, id, one));
  if (comments.includes(null)) return refuse('Line could not be resolved');
  const review: Review = { id, pull: pull.number, author: call.actor.login, state: event === 'REQUEST_CHANGES' ? 'CHANGES_REQUESTED' : event === 'APPROVE' ? 'APPROVED' : 'COMMENTED', body, commit: text(call.body, 'commit_id') ?? pull.headSha, dismissal: null, minimized: null };
  call.state.reviews.push(review);
  for (const comment of comments) if (comment) call.state.reviewComments.push(comment);
  return { status: 200, body: reviewAnswer(review) };
}

function createComment(call: Call, pull: PullRequest): Answer {
  const review = call.state.nextId++;
  const comment = placed(call, pull, review, call.body);
  if (!comment) return failure(422, 'Validation Failed', { errors: [{ resource: 'PullRequestReviewComment', code: 'custom', field: 'pull_request_review_thread.line', message: 'could not be resolved' }] });
  call.state.reviews.push({ id: review, pull: pull.number, author: call.actor.login, state: 'COMMENTED', body: '', commit: pull.headSha, dismissal: null });
  call.state.reviewComments.push(comment);
  return { status: 201, body: commentAnswer(call, comment) };
}

function dismiss(call: Call): Answer {
  const review = call.state.reviews.find((one) => one.id === Number(call.params['review_id']));
  if (!review) return notFound();
  if (review.state !== 'CHANGES_REQUESTED' && review.state !== 'APPROVED') return failure(422, 'Unprocessable Entity', { errors: ['Can not dismiss a commented pull request review'] });
  review.state = 'DISMISSED';
  review.dismissal = text(call.body, 'message');
  return { status: 200, body: reviewAnswer(review) };
}

const onPull = (handle: (call: Call, pull: PullRequest) => Answer) => (call: Call): Answer => {
  const pull = pullOf(call, 'pull_number');
  return pull ? handle(call, pull) : notFound();
};
const listPath = (call: Call, pull: PullRequest, list: string): string => `/repos/${call.state.owner}/${call.state.name}/pulls/${pull.number}/${list}`;

export const pullRoutes: Readonly<Record<string, Route>> = {
  'get /repos/{owner}/{repo}/pulls': {
    scopes: reading,
    handle: (call) => {
      const [head, state] = [call.query.get('head'), call.query.get('state') ?? 'open'];
      const matches = (pull: PullRequest): boolean => (state === 'all' || pull.state === state) && (head === null || head === `${pull.headRepository.split('/')[0]}:${pull.headRef}`);
      const name = 'get /repos/{owner}/{repo}/pulls';
      return paged(call, `/repos/${call.state.owner}/${call.state.name}/pulls`, [...call.state.pulls.values()].filter(matches).map((pull) => pullAnswer(call, pull, name)));
    },
  },
  [`get ${PULL}`]: { scopes: reading, handle: onPull((call, pull) => ({ status: 200, body: pullAnswer(call, pull, `get ${PULL}`) })) },
  [`get ${PULL}/files`]: {
    scopes: reading,
    handle: onPull((call, pull) => paged(call, listPath(call, pull, 'files'), pull.files.map((file) => {
      const { patch: _, ...template } = example(`get ${PULL}/files`, '200');
      return { ...template, ...file };
    }))),
  },
  'get /repos/{owner}/{repo}/commits/{commit_sha}/pulls': {
    scopes: reading,
    // The real one also lists closed ones; of forks' commits it does not always know.
    handle: (call) => ({ status: 200, body: [...call.state.pulls.values()].filter((pull) => call.state.associatesForks || pull.headRepository === `${call.state.owner}/${call.state.name}`).filter((pull) => pull.headSha === call.params['commit_sha']).map((pull) => pullAnswer(call, pull, 'get /repos/{owner}/{repo}/commits/{commit_sha}/pulls')) }),
  },
  [`get ${PULL}/reviews`]: { scopes: reading, handle: onPull((call, pull) => paged(call, listPath(call, pull, 'reviews'), call.state.reviews.filter((review) => review.pull === pull.number).map(reviewAnswer))) },
  [`post ${PULL}/reviews`]: { scopes: writing, handle: onPull(createReview) },
  [`put ${PULL}/reviews/{review_id}`]: {
    scopes: writing,
    handle: (call) => {
      const review = call.state.reviews.find((one) => one.id === Number(call.params['review_id']));
      if (!review) return notFound();
      if (review.author !== call.actor.login) return failure(403, 'Resource not accessible by integration');
      review.body = text(call.body, 'body') ?? '';
      return { status: 200, body: reviewAnswer(review) };
    },
  },
  [`put ${PULL}/reviews/{review_id}/dismissals`]: { scopes: writing, handle: dismiss },
  [`get ${PULL}/comments`]: { scopes: reading, handle: onPull((call, pull) => paged(call, listPath(call, pull, 'comments'), call.state.reviewComments.filter((comment) => comment.pull === pull.number).map((comment) => commentAnswer(call, comment)))) },
  [`post ${PULL}/comments`]: { scopes: writing, handle: onPull(createComment) },
  'patch /repos/{owner}/{repo}/pulls/comments/{comment_id}': {
    scopes: writing,
    handle: (call) => {
      const comment = call.state.reviewComments.find((one) => one.id === Number(call.params['comment_id']));
      if (!comment) return notFound();
      comment.body = text(call.body, 'body') ?? comment.body;
      return { status: 200, body: commentAnswer(call, comment) };
    },
  },
};
