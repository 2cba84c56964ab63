import * as v from 'valibot';
import { MalformedError } from '../errors.ts';

/** What made the workflow run, as far as it matters here. */
export type Event =
  | PullRequestEvent
  /** A merge queue tries a commit. Its payload has no pull request: the number stands in the name of the branch. */
  | { readonly kind: 'merge-group'; readonly number: number | null; readonly head: string; readonly base: string; readonly baseRef: string }
  | { readonly kind: 'tag'; readonly tag: string }
  | { readonly kind: 'release'; readonly id: number; readonly tag: string; readonly notes: string }
  /** Another workflow ended: its report is to be posted, as it could not do that itself. */
  | { readonly kind: 'workflow-run'; readonly runId: number; readonly attempt: number; /** When that attempt began, in milliseconds since 1970; null where GitHub does not say. */ readonly started: number | null; readonly head: string; /** `owner:branch` */ readonly headLabel: string | null; readonly event: string }
  /** Somebody wrote below a pull request. */
  | { readonly kind: 'comment'; readonly number: number; readonly commentId: number; readonly body: string; readonly author: string }
  /** A push to a branch, a schedule, a person's click: what the inputs and the config file name is checked. */
  | { readonly kind: 'other'; readonly name: string }
  /** Nothing to do, and why. */
  | { readonly kind: 'ignored'; readonly why: string };

export interface PullRequestEvent {
  readonly kind: 'pull-request';
  readonly number: number;
  readonly head: string;
  readonly base: string;
  readonly baseRef: string;
  readonly body: string;
  /** Whether the workflow runs on the base's code, with a token that may write and without a checkout of the head. */
  readonly trusted: boolean;
}

const sha = v.pipe(v.string(), v.regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/));
const id = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const body = v.pipe(v.nullish(v.string(), ''));
const side = v.object({ sha, ref: v.string() });

const PullRequest = v.object({ pull_request: v.object({ number: id, head: side, base: side, body }) });
const MergeGroup = v.object({ merge_group: v.object({ head_sha: sha, head_ref: v.string(), base_sha: sha, base_ref: v.string() }) });
const Push = v.object({ ref: v.string(), deleted: v.optional(v.boolean(), false) });
const Release = v.object({ action: v.string(), release: v.object({ id, tag_name: v.string(), body }) });
const WorkflowRun = v.object({
  action: v.string(),
  workflow_run: v.object({ id, run_attempt: v.optional(id, 1), run_started_at: v.nullish(v.string()), head_sha: sha, event: v.string(), head_branch: v.nullish(v.string()), head_repository: v.nullish(v.object({ owner: v.object({ login: v.string() }) })) }),
});
const Comment = v.object({
  action: v.string(),
  issue: v.object({ number: id, pull_request: v.optional(v.unknown()) }),
  comment: v.object({ id, body, user: v.nullable(v.object({ login: v.string() })) }),
});

/**
 * Reads the payload of an event. All of it comes from outside; only what is used is looked at.
 * @throws MalformedError where the payload is not what GitHub describes for that event
 */
export function readEvent(name: string, payload: unknown): Event {
  switch (name) {
    case 'pull_request':
    case 'pull_request_target': return pullRequest(name, payload);
    case 'merge_group': return mergeGroup(payload);
    case 'push': return push(payload);
    case 'release': return release(payload);
    case 'workflow_run': return workflowRun(payload);
    case 'issue_comment': return comment(payload);
    default: return { kind: 'other', name };
  }
}

function pullRequest(name: string, payload: unknown): Event {
  const { number, head, base, body: text } = parse(PullRequest, name, payload).pull_request;
  return { kind: 'pull-request', number, head: head.sha, base: base.sha, baseRef: base.ref, body: text ?? '', trusted: name === 'pull_request_target' };
}

function mergeGroup(payload: unknown): Event {
  const group = parse(MergeGroup, 'merge_group', payload).merge_group;
  const number = /\/gh-readonly-queue\/.+\/pr-(\d+)-[0-9a-f]{40,64}$/.exec(`/${group.head_ref}`)?.[1];
  return { kind: 'merge-group', number: number === undefined ? null : Number(number), head: group.head_sha, base: group.base_sha, baseRef: group.base_ref.replace(/^refs\/heads\//, '') };
}

function push(payload: unknown): Event {
  const { ref, deleted } = parse(Push, 'push', payload);
  if (deleted) return { kind: 'ignored', why: `${ref} was deleted` };
  const tag = /^refs\/tags\/(.+)$/.exec(ref)?.[1];
  return tag === undefined ? { kind: 'other', name: 'push' } : { kind: 'tag', tag };
}

function release(payload: unknown): Event {
  const { action, release: { id: number, tag_name: tag, body: notes } } = parse(Release, 'release', payload);
  if (action === 'deleted' || action === 'unpublished') return { kind: 'ignored', why: `the release was ${action}` };
  return { kind: 'release', id: number, tag, notes: notes ?? '' };
}

function workflowRun(payload: unknown): Event {
  const { action, workflow_run: run } = parse(WorkflowRun, 'workflow_run', payload);
  if (action !== 'completed') return { kind: 'ignored', why: 'the other workflow has not ended yet' };
  const headLabel = run.head_repository && run.head_branch ? `${run.head_repository.owner.login}:${run.head_branch}` : null;
  const started = Date.parse(run.run_started_at ?? '');
  return { kind: 'workflow-run', runId: run.id, attempt: run.run_attempt, started: Number.isNaN(started) ? null : started, head: run.head_sha, headLabel, event: run.event };
}

function comment(payload: unknown): Event {
  const { action, issue, comment: { id: commentId, body: text, user } } = parse(Comment, 'issue_comment', payload);
  if (action !== 'created') return { kind: 'ignored', why: `a comment was ${action}` };
  if (issue.pull_request === undefined || issue.pull_request === null) return { kind: 'ignored', why: 'the comment is below an issue, not a pull request' };
  return { kind: 'comment', number: issue.number, commentId, body: text ?? '', author: user?.login ?? '' };
}

function parse<T extends v.GenericSchema>(schema: T, name: string, payload: unknown): v.InferOutput<T> {
  const parsed = v.safeParse(schema, payload);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new MalformedError(`The payload of the event ${name} is not what GitHub describes: ${v.getDotPath(issue) ?? 'its top level'}: ${issue.message}`, 'If the workflow passes its own payload, compare it with GitHub\'s documentation of the event.');
}
