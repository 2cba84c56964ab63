import { discover, type Discovery } from '../discovery/discover.ts';
import { prose, type Report } from '../report/report.ts';
import type { ConfigFile } from '../settings/config-file.ts';
import { changedFiles, type Change } from './changes.ts';
import type { GitHub } from './client.ts';
import { releaseByTag } from './release.ts';
import { pathsAt } from './repository-files.ts';

type Notice = Report['notices'][number];

/** Where references are looked for. */
export interface SearchPlace {
  /** The commit that is checked. */
  readonly head: string;
  /** What a merge would change; null where nothing is proposed. */
  readonly change: Omit<Change, 'head'> | null;
  /** Markdown: a pull request's body, a release's notes. */
  readonly body: string | null;
  /** The release's tag, whose assets are checkpoints too; null for none. */
  readonly release: string | null;
}

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
export async function findReferences(github: GitHub | null, place: SearchPlace, config: ConfigFile | null, hubEndpoint: string | null): Promise<Found> {
  const listed = (config?.checkpoints ?? []).map(({ reference, base, origin }) => ({ reference, base, origin }));
  const proposed = github === null || place.change === null ? null : await changedFiles(github, { ...place.change, head: place.head });
  const paths = github === null || proposed === null ? null : await pathsAt(github, place.head);
  const discovery = await discover({
    files: proposed ?? [], body: place.body, config: listed,
    paths,
    ...(hubEndpoint === null ? {} : { hubEndpoint }),
  });
  const assets = await assetReferences(github, place);
  const unseen = place.change !== null && proposed === null ? [unseenChanges] : [];
  return { references: [...discovery.references, ...assets], notices: [...unseen, ...skippedNotices(discovery)] };
}

const unseenChanges: Notice = {
  severity: 'warning', location: null,
  message: prose`The changed files could not be listed, so nothing was looked for in them. Give the job the permissions ${'contents: read'} and ${'pull-requests: read'}.`,
};

/** GGUF files that are no shard and no projector: each is a model by itself, as are the quantisations of one model. */
const WHOLE_MODEL = /^(?!.*mmproj)(?!.*-\d{5}-of-\d{5}\.gguf$).*\.gguf$/i;

/** The assets together are one checkpoint, as the files of a folder are; but each GGUF file is one of its own. */
async function assetReferences(github: GitHub | null, { release }: SearchPlace): Promise<readonly FoundReference[]> {
  if (github === null || release === null) return [];
  const weights = (await releaseByTag(github, release))?.weights ?? [];
  const models = weights.filter((name) => WHOLE_MODEL.test(name));
  const tag = `release://${encodeURIComponent(release)}`;
  const references = [...(weights.length > models.length ? [tag] : []), ...models.map((name) => `${tag}/${encodeURIComponent(name)}`)];
  return references.map((reference) => ({ reference, base: null, origin: null }));
}

function skippedNotices({ skipped }: Discovery): readonly Notice[] {
  return skipped.map(({ path, reason }) => ({ severity: 'warning', message: prose`${path} was not looked into: ${[reason]}.`, location: { path, line: null } }));
}
