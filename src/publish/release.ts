import { isWeights } from '../discovery/checkpoint-files.ts';
import { explained, statusOf, type GitHub } from './client.ts';

export interface ReleaseFacts {
  readonly notes: string;
  /** Those of its assets that hold weights, or say which do, by name. */
  readonly weights: readonly string[];
}

/**
 * What a release says and holds; null where the tag has none, or none that the token shows.
 * @throws AccessError or UnreachableError
 */
export async function releaseByTag(github: GitHub, tag: string): Promise<ReleaseFacts | null> {
  const { owner, repo } = github;
  try {
    const { data } = await github.rest.repos.getReleaseByTag({ owner, repo, tag });
    const assets = await github.paginate(github.rest.repos.listReleaseAssets, { owner, repo, release_id: data.id, per_page: 100 });
    return { notes: data.body ?? '', weights: assets.map(({ name }) => name).filter(isWeights) };
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw explained(error, `read the release ${tag}`, 'contents: read');
  }
}
