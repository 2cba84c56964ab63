import { readFileSync } from 'node:fs';
import { isRecord } from './description.ts';
import type { PullRequest, State } from './state.ts';

type Json = Record<string, unknown>;

const examples: readonly { readonly name: string; readonly examples: readonly Json[] }[] = JSON.parse(readFileSync('node_modules/@octokit/webhooks-examples/api.github.com/index.json', 'utf8'));

/** GitHub's own example of an event, a fresh copy. */
export function examplePayload(name: string, action: string | null = null): Json {
  const found = examples.find((one) => one.name === name)?.examples.find((one) => action === null || one['action'] === action);
  if (!found) throw new Error(`no example of ${name} ${action ?? ''}`);
  return structuredClone(found);
}

/** The example with some of its fields changed, at any depth. */
export function changed(payload: Json, changes: Json): Json {
  const entries = Object.entries(changes).map(([key, value]) => {
    const old = payload[key];
    return [key, isRecord(value) && isRecord(old) ? changed(old, value) : value];
  });
  return { ...payload, ...Object.fromEntries(entries) };
}

const repository = ({ owner, name }: State): Json => ({ repository: { name, full_name: `${owner}/${name}`, owner: { login: owner } } });

export function pullRequestPayload(state: State, pull: PullRequest): Json {
  const { number, title, body, headSha, headRef, baseRef, baseSha } = pull;
  const change = { number, title, body, user: { login: pull.author }, head: { sha: headSha, ref: headRef }, base: { sha: baseSha, ref: baseRef } };
  return changed(examplePayload('pull_request', 'opened'), { action: 'synchronize', number, pull_request: change, ...repository(state) });
}

export function mergeGroupPayload(state: State, pull: PullRequest, head: string): Json {
  const group = { head_sha: head, head_ref: `refs/heads/gh-readonly-queue/main/pr-${pull.number}-${pull.baseSha}`, base_sha: pull.baseSha, base_ref: 'refs/heads/main' };
  return changed(examplePayload('merge_group'), { merge_group: group, ...repository(state) });
}

export function commentPayload(state: State, number: number, comment: { id: number; body: string; author: string; association: string }): Json {
  const written = { id: comment.id, body: comment.body, user: { login: comment.author }, author_association: comment.association };
  return changed(examplePayload('issue_comment', 'created'), { issue: { number, pull_request: { url: 'https://api.github.com/pulls' } }, comment: written, ...repository(state) });
}

export function workflowRunPayload(state: State, run: { id: number; headSha: string; headBranch: string; headOwner: string }): Json {
  const of = { id: run.id, head_sha: run.headSha, head_branch: run.headBranch, event: 'pull_request', run_attempt: 1, pull_requests: [], head_repository: { owner: { login: run.headOwner } } };
  return changed(examplePayload('workflow_run', 'completed'), { workflow_run: of, ...repository(state) });
}

export function releasePayload(state: State, id: number, tag: string, body: string): Json {
  return changed(examplePayload('release', 'published'), { release: { id, tag_name: tag, body }, ...repository(state) });
}
