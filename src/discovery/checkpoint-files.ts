import { baseName, folderOf, isSkippedFolder } from './files.ts';

/** Files of weights that belong together with others of their folder: shards, and the names that libraries give, with a variant after a dot. */
const IN_FOLDER: readonly RegExp[] = [
  /^(?:model|adapter_model|pytorch_model|diffusion_pytorch_model|consolidated|open_clip_pytorch_model|open_clip_model)(?:\.[\w-]+)*(?:[-_.]?\d+[-_]of[-_]\d+(?:\.[\w-]+)*)?\.safetensors$/,
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

/** Endings under which PyTorch saves anything: models above all, except `.bin`, which is anybody's. */
const PICKLED = /\.(?:pt|pth|ckpt|bin)$/i;
/** What such a file is called that holds no model: states of a training run, parts of another library's model, paths of Python. */
const NO_PICKLED_MODEL = /optim|^(?:lr_|grad_)?scheduler|^(?:grad_)?scaler|^(?:training|train|script)_args|^(?:rng|random|trainer|training|train|loader|sampler|dataloader)_?states?|^dataloader|^zero_pp_rank|^mp_rank|^global_step|^(?:openvino|ggml|tokenizer|vocab|onnx)|nspkg\.pth$|^(?:easy-install|distutils-precedence)\.pth$|^__editable__/i;
/** Words that say of such a file that it holds a model. */
const MODEL_WORD = /(?:^|[-_.\d])(?:model|weights?|checkpoint|ckpt|state_?dict|lora|net|network|generator|discriminator|unet|vae|best|last|final)(?:[-_.\d]|$)/i;
/** Words that say of one, or of a folder, that it holds data. */
const DATA_WORD = /(?:^|[-_.])(?:data|datasets?|dataloader|train|training|val|valid|validation|test|dev|eval|splits?|tokens?|token_?ids|tokeni[sz]ed|embeds?|embeddings?|features?|feats?|latents?|caches?|cached|activations?|hidden_?states?|logits|labels?|targets?|inputs?|outputs?|preds?|predictions?|samples?|batch(?:es)?|stats?|statistics|mean|std|noise|grads?|gradients?|hessians?|metrics|results?|indices|masks?|args|history|loss(?:es)?|processed|preprocessed|raw|graphs?|images?|audio|corpus|vectors?)(?:[-_.]|$)/i;
/** Folders of data. Of outputs and of training there are models, too. */
const DATA_FOLDER = /^(?:data|datasets?|embeddings?|features?|latents?|caches?|\.cache|activations?|processed|preprocessed|raw|tokeni[sz]ed|corpus|vectors?)$/i;

/** Whether a file holds weights, or says which do, by its name. */
export function isWeights(path: string): boolean {
  return isSureWeights(path) || isWeightsByEnding(path);
}

/** The same of names that nothing else has: those that libraries give, and formats that hold nothing but tensors. */
export function isSureWeights(path: string): boolean {
  const name = baseName(path);
  if (NO_MODEL.test(name)) return false;
  return INDEX.test(name) || ALONE.test(name) || IN_FOLDER.some((pattern) => pattern.test(name));
}

/**
 * Whether a file may well hold a PyTorch model, and may hold any other object as well (`best.pt`, `last.ckpt`): what is
 * found by its ending alone and holds no state dict was never a checkpoint.
 */
export function isWeightsByEnding(path: string): boolean {
  const name = baseName(path);
  if (!PICKLED.test(name) || isSureWeights(path) || NO_PICKLED_MODEL.test(name)) return false;
  if (path.split('/').slice(0, -1).some((folder) => DATA_FOLDER.test(folder))) return false;
  const stem = name.replace(PICKLED, '');
  return MODEL_WORD.test(stem) || (!name.toLowerCase().endsWith('.bin') && !DATA_WORD.test(stem));
}

/** The checkpoint that a file of weights belongs to, by its name: its folder, or itself where it stands alone. */
export function checkpointOf(path: string): string {
  const name = baseName(path);
  return INDEX.test(name) || IN_FOLDER.some((pattern) => pattern.test(name)) ? folderOf(path) : path;
}

/**
 * Of the files of one folder, by their names: those that loaders do not take with the others, though they are a
 * checkpoint; each with the file that stands for the set it belongs to.
 */
export type Besides = (names: readonly string[]) => ReadonlyMap<string, string>;

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
 * @param besides how loaders see a folder. Default: all that belongs to it by name is taken
 */
export function changedCheckpoints(files: readonly FileChange[], paths: ReadonlySet<string> | null, besides: Besides = () => new Map()): ChangedCheckpoint[] {
  const present = files.filter(({ path, status }) => status !== 'removed' && status !== 'unchanged' && !isSkippedFolder(path));
  const gone = files.map(({ path, status, previousPath }) => (status === 'removed' ? path : status === 'renamed' ? previousPath : null)).filter((path) => path != null);
  const found = new Map<string, string>();
  const add = (reference: string, path: string): void => {
    if (!found.has(reference)) found.set(reference, path);
  };
  const own = ownSets(present, paths, besides);
  for (const { path } of present) if (isWeights(path)) add(own(path) ?? pipelineOf(checkpointOf(path), paths, present), path);
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

/** Tells of a changed file that its folder's checkpoint does not take what it stands for by itself; null for any other. */
function ownSets(present: readonly FileChange[], paths: ReadonlySet<string> | null, besides: Besides): (path: string) => string | null {
  const touched = new Set(present.filter(({ path }) => isWeights(path) && checkpointOf(path) !== path).map(({ path }) => folderOf(path)));
  const names = new Map<string, Set<string>>([...touched].map((folder) => [folder, new Set()]));
  for (const path of [...(paths ?? []), ...present.map((file) => file.path)]) names.get(folderOf(path))?.add(baseName(path));
  const own = new Map([...names].map(([folder, inside]) => [folder, besides([...inside])]));
  return (path) => {
    const folder = folderOf(path);
    const name = checkpointOf(path) === path ? undefined : own.get(folder)?.get(baseName(path));
    return name === undefined ? null : folder === '.' ? name : `${folder}/${name}`;
  };
}

/** A part of a diffusers pipeline stands for the pipeline: the folder above that has a `model_index.json`. */
function pipelineOf(reference: string, paths: ReadonlySet<string> | null, present: readonly FileChange[]): string {
  if (reference === '.' || isWeights(reference)) return reference;
  const above = folderOf(reference);
  const index = above === '.' ? 'model_index.json' : `${above}/model_index.json`;
  return (paths?.has(index) ?? false) || present.some(({ path }) => path === index) ? above : reference;
}
