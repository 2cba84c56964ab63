import { baseName, folderOf, isSkippedFolder } from './files.ts';

/** Files of weights that belong together with others of their folder: shards, and the names that libraries give. */
const IN_FOLDER: readonly RegExp[] = [
  /^(?:model|adapter_model|pytorch_model|diffusion_pytorch_model|consolidated|open_clip_pytorch_model|open_clip_model)(?:[-._].*)?\.safetensors$/,
  /-\d{5}-of-\d{5}\.(?:safetensors|bin|gguf)$/,
  /^(?:pytorch_model|adapter_model|diffusion_pytorch_model)(?:[-._].*)?\.bin$/,
  /^consolidated\.\d\d\.pth$/,
];
/** Indices say which shards there are: a change of one changes the checkpoint. */
const INDEX = /\.(?:safetensors|bin)(?:\.[a-z0-9]+)?\.index\.json$/;
/** Files of weights that stand for themselves. */
const ALONE = /\.(?:safetensors|gguf)$/;
/** What lies beside models in their formats and is none: states of training, a quantiser's statistics, vocabularies. */
const NO_MODEL = /^(?:optimizer|optim|scheduler|scaler|rng_state|random_states|trainer_state|training_state)(?:[-_.].*)?\.safetensors$|(?:^|[-_.])imatrix(?:[-_.].*)?\.gguf$|^ggml-vocab-.*\.gguf$/i;
/** The checkpoint's own description: a change counts where weights lie beside it. */
export const DESCRIPTION = /^(?:config|adapter_config)\.json$/;

/** Whether a file holds weights, or says which files do, by its name. */
export function isWeights(path: string): boolean {
  const name = baseName(path);
  if (NO_MODEL.test(name)) return false;
  return INDEX.test(name) || ALONE.test(name) || IN_FOLDER.some((pattern) => pattern.test(name));
}

/** The checkpoint that a file of weights belongs to: its folder, or itself where it stands alone. */
export function checkpointOf(path: string): string {
  const name = baseName(path);
  return INDEX.test(name) || IN_FOLDER.some((pattern) => pattern.test(name)) ? folderOf(path) : path;
}

export interface FileChange {
  readonly path: string;
  /** GitHub's word: added, modified, removed, renamed, copied, changed, unchanged. */
  readonly status: string;
  /** Where a renamed file was before. */
  readonly previousPath?: string | null;
}

/** A checkpoint of the repository that a pull request changes, and the first file by which it does. */
export interface ChangedCheckpoint {
  readonly reference: string;
  readonly path: string;
}

/**
 * Checkpoints whose files a pull request adds, changes or (where the others stay) removes or moves away. Git LFS pointers have the
 * names of the files that they stand for, so they are found as those.
 * @param paths every path of the repository at the pull request's head; null where that is not known. A folder whose
 *   config alone changes, or that loses a file, counts only where it is known to hold weights.
 */
export function changedCheckpoints(files: readonly FileChange[], paths: ReadonlySet<string> | null): ChangedCheckpoint[] {
  const present = files.filter(({ path, status }) => status !== 'removed' && status !== 'unchanged' && !isSkippedFolder(path));
  const gone = files.map(({ path, status, previousPath }) => (status === 'removed' ? path : status === 'renamed' ? previousPath : null)).filter((path) => path != null);
  const found = new Map<string, string>();
  const add = (reference: string, path: string): void => {
    if (!found.has(reference)) found.set(reference, path);
  };
  for (const { path } of present) if (isWeights(path)) add(pipelineOf(checkpointOf(path), paths, present), path);
  const holding = new Set([...(paths ?? [])].filter(isWeights).map(checkpointOf));
  for (const { path } of present) {
    if (DESCRIPTION.test(baseName(path)) && holding.has(folderOf(path))) add(pipelineOf(folderOf(path), paths, present), path);
  }
  for (const path of gone) {
    if (isSkippedFolder(path)) continue;
    const isPart = isWeights(path) || DESCRIPTION.test(baseName(path));
    const folder = isWeights(path) ? checkpointOf(path) : folderOf(path);
    if (isPart && holding.has(folder)) add(pipelineOf(folder, paths, present), path);
  }
  return [...found].map(([reference, path]) => ({ reference, path }));
}

/** A part of a diffusers pipeline stands for the pipeline: the folder above that has a `model_index.json`. */
function pipelineOf(reference: string, paths: ReadonlySet<string> | null, present: readonly FileChange[]): string {
  if (reference === '.' || isWeights(reference)) return reference;
  const above = folderOf(reference);
  const index = above === '.' ? 'model_index.json' : `${above}/model_index.json`;
  return (paths?.has(index) ?? false) || present.some(({ path }) => path === index) ? above : reference;
}
