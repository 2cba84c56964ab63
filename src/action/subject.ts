import { HeadcheckError, UsageError } from '../errors.ts';
import { explained, type GitHub } from '../publish/client.ts';
import type { Event } from './event.ts';

/** What is checked on behalf of whom: an event, reduced to what the later steps ask for. */
export interface Subject {
  /** The pull request to comment on; null for none. */
  readonly pullRequest: number | null;
  /** The commit that is checked: comments are pinned to it. */
  readonly head: string;
  /** What a merge would change; null where nothing is proposed. */
  readonly change: { readonly base: string; readonly baseRef: string; /** Null where the commits are compared instead. */ readonly pullRequest: number | null } | null;
  /** Markdown in which references are looked for: the pull request's body, a release's notes. */
  readonly body: string | null;
  /** The release, whose assets are checkpoints too; null for none. */
  readonly release: string | null;
  /** Whether the workspace may hold the commit. It never does where the workflow runs on the base's code. */
  readonly hasCheckout: boolean;
  /** Whether the workspace's config file decides: not where a stranger's commit could lie there. */
  readonly ownsConfig: boolean;
}

/** What a person or an input may ask for instead of what the event says. */
export interface Asked {
  readonly pullRequest: number | null;
  /** `GITHUB_SHA` */
  readonly sha: string;
}

/** Reduces an event. Asks GitHub for a pull request that the event only numbers, and pins its head. */
export async function subjectOf(event: Exclude<Event, { kind: 'ignored' | 'workflow-run' }>, asked: Asked, github: GitHub | null): Promise<Subject> {
  const plain: Subject = { pullRequest: null, head: asked.sha, change: null, body: null, release: null, hasCheckout: true, ownsConfig: true };
  switch (event.kind) {
    case 'pull-request': {
      const change = { base: event.base, baseRef: event.baseRef, pullRequest: event.number };
      return { ...plain, pullRequest: event.number, head: event.head, change, body: event.body, hasCheckout: !event.trusted, ownsConfig: !event.trusted };
    }
    case 'merge-group': {
      const change = { base: event.base, baseRef: event.baseRef, pullRequest: null };
      return { ...plain, pullRequest: event.number, head: event.head, change, body: await bodyOf(github, event.number) };
    }
    case 'release': return { ...plain, body: event.notes, release: event.tag };
    case 'tag': return { ...plain, body: await notesOf(github, event.tag), release: event.tag };
    case 'comment': return await numbered(github, event.number, plain);
    case 'other': return asked.pullRequest === null ? plain : await numbered(github, asked.pullRequest, plain);
  }
}

/** A pull request that is only numbered: its head is pinned now, and is not what the workspace holds. It may be a stranger's, so its config decides nothing. */
async function numbered(github: GitHub | null, number: number, plain: Subject): Promise<Subject> {
  if (github === null) throw new UsageError(`Reading pull request #${number} takes a token for GitHub.`, 'Leave the input github-token at its default.');
  const data = await read(github, number);
  const change = { base: data.base.sha, baseRef: data.base.ref, pullRequest: number };
  return { ...plain, pullRequest: number, head: data.head.sha, change, body: data.body, hasCheckout: false, ownsConfig: false };
}

async function read(github: GitHub, number: number) {
  const { owner, repo } = github;
  try {
    return (await github.rest.pulls.get({ owner, repo, pull_number: number })).data;
  } catch (error) {
    throw explained(error, `read pull request #${number}`, 'pull-requests: read');
  }
}

/** What the text of a pull request in a merge queue says: the queue's comment replaces the one that named it. */
async function bodyOf(github: GitHub | null, number: number | null): Promise<string | null> {
  return github === null || number === null ? null : (await read(github, number)).body;
}

/** The notes of the release that a tag has already; none where the tag was pushed first. */
async function notesOf(github: GitHub | null, tag: string): Promise<string | null> {
  if (github === null) return null;
  const { releaseByTag } = await import('../publish/release.ts');
  // A release that is not shown is told of where its assets are looked for.
  return (await releaseByTag(github, tag).catch((error: unknown) => { if (error instanceof HeadcheckError) return null; throw error; }))?.notes ?? null;
}
