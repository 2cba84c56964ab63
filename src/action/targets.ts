import { discover, type Discovery } from '../discovery/discover.ts';
import type { GitHub } from '../publish/client.ts';
import { prose, type Report } from '../report/report.ts';
import type { ConfigFile } from '../settings/config-file.ts';
import { changedFiles } from './changes.ts';
import { releaseByTag } from './release.ts';
import { pathsAt } from './repository.ts';
import type { Subject } from './subject.ts';

type Notice = Report['notices'][number];

/** A reference that something else than an input named. */
export interface FoundReference {
  readonly reference: string;
  readonly base: string | null;
  readonly origin: { readonly path: string; readonly line: number } | null;
}

export interface Found {
  readonly references: readonly FoundReference[];
  readonly notices: readonly Notice[];
}

/** Finds what the change, the release and the config file name. Without a token it is the config file alone. */
export async function findTargets(github: GitHub | null, subject: Subject, config: ConfigFile | null, hubEndpoint: string | null): Promise<Found> {
  const listed = (config?.checkpoints ?? []).map(({ reference, base, origin }) => ({ reference, base, origin }));
  const proposed = github === null || subject.change === null ? null : await changedFiles(github, { ...subject.change, head: subject.head });
  const paths = github === null || proposed === null ? null : await pathsAt(github, subject.head);
  const discovery = await discover({
    files: proposed ?? [], body: subject.body, config: listed,
    paths,
    ...(hubEndpoint === null ? {} : { hubEndpoint }),
  });
  const assets = await assetReferences(github, subject);
  const unseen = subject.change !== null && proposed === null ? [unseenChanges] : [];
  return { references: [...discovery.references, ...assets], notices: [...unseen, ...skippedNotices(discovery)] };
}

const unseenChanges: Notice = {
  severity: 'warning', location: null,
  message: prose`The changed files could not be listed, so nothing was looked for in them. Give the job the permissions ${'contents: read'} and ${'pull-requests: read'}.`,
};

async function assetReferences(github: GitHub | null, { release }: Subject): Promise<readonly FoundReference[]> {
  if (github === null || release === null) return [];
  const facts = await releaseByTag(github, release);
  return facts?.hasWeights ? [{ reference: `release://${release.replaceAll('/', '%2F')}`, base: null, origin: null }] : [];
}

function skippedNotices({ skipped }: Discovery): readonly Notice[] {
  return skipped.map(({ path, reason }) => ({ severity: 'warning', message: prose`${path} was not looked into: ${[reason]}.`, location: { path, line: null } }));
}
