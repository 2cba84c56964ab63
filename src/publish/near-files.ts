import { checkpointOf, DESCRIPTION, isWeights } from '../discovery/checkpoint-files.ts';
import type { ChangedFile } from '../discovery/discover.ts';
import { baseName, folderOf, isSkippedFolder } from '../discovery/files.ts';
import type { Lookup } from './repository-folders.ts';

/** What lies beside the changed files that belong to checkpoints. */
export interface NearFiles {
  readonly paths: ReadonlySet<string>;
  /** Changed files of which it is not known whether weights still lie beside them. */
  readonly unknown: readonly string[];
}

/**
 * Looks into the folders of changed weights and configs, and into those above, where a pipeline's index may lie: which
 * checkpoint a file belongs to is said by what the change leaves as it is. For repositories of which GitHub does not
 * list all files at once.
 */
export async function filesNear(files: readonly ChangedFile[], filesIn: Lookup['filesIn']): Promise<NearFiles> {
  const touched = files.flatMap(({ path, status, previousPath }) => [...(status === 'unchanged' ? [] : [{ path, isThere: status !== 'removed' }]), ...(status === 'renamed' && previousPath != null ? [{ path: previousPath, isThere: false }] : [])])
    .filter(({ path }) => (isWeights(path) || DESCRIPTION.test(baseName(path))) && !isSkippedFolder(path));
  const paths = new Set<string>();
  const unsure = new Set<string>();
  const holding = new Set(touched.filter(({ path, isThere }) => isThere && isWeights(path)).map(({ path }) => checkpointOf(path)));
  const folders = new Set(touched.map(({ path }) => folderOf(path)));
  // The folders themselves first: there is a limit to how many are asked for.
  for (const folder of new Set([...folders, ...[...folders].map(folderOf)])) {
    const listing = await filesIn(folder);
    for (const path of listing.files) {
      paths.add(path);
      if (isWeights(path)) holding.add(checkpointOf(path));
    }
    if (!listing.isWhole) unsure.add(folder);
  }
  // Of weights that stand alone nothing is left once they are gone.
  const isPart = (path: string): boolean => !isWeights(path) || checkpointOf(path) !== path;
  const isUnknown = (path: string): boolean => isPart(path) && unsure.has(folderOf(path)) && !holding.has(folderOf(path));
  return { paths, unknown: touched.map(({ path }) => path).filter(isUnknown) };
}
