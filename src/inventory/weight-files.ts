import type { SourceFile } from '../source/source.ts';

export type Container = 'safetensors' | 'torch' | 'gguf';

/** What the name of a file of weights says. */
export interface WeightFile {
  readonly file: SourceFile;
  readonly container: Container;
  readonly role: 'model' | 'adapter' | 'original-release' | 'training-state';
  /** `model` of `model.fp16-00001-of-00002.safetensors`. */
  readonly stem: string;
  /** `fp16` of the same, or null. */
  readonly variant: string | null;
  /** Its number and their count, or null where it has none. */
  readonly shard: { readonly number: number; readonly of: number } | null;
}

/** What the name of an index says: `model.safetensors.index.json`, `model.safetensors.index.fp16.json`. */
export interface IndexFile {
  readonly file: SourceFile;
  readonly container: Container;
  readonly role: WeightFile['role'];
  readonly stem: string;
  readonly variant: string | null;
}

/** The stems under which libraries save; only after these can a variant be told from a dotted name. */
const SAVED_STEMS: ReadonlySet<string> = new Set(['model', 'pytorch_model', 'diffusion_pytorch_model', 'adapter_model']);

const EXTENSIONS: Readonly<Record<string, Container>> = {
  safetensors: 'safetensors', bin: 'torch', pt: 'torch', pth: 'torch', ckpt: 'torch', gguf: 'gguf',
};

const TRAINING_STATE = /^(optimizer|scheduler|scaler|training_args|rng_state|random_states|trainer_state|zero_pp_rank|global_step|grad_scaler)|optim_states|^dataloader/;
/** `.bin` files that are no pickles of tensors. */
const OTHER_BINARIES = /^(openvino|ggml|tokenizer|vocab|onnx)/;

export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Reads a file's name; null where it is not one of weights. */
export function weightFile(file: SourceFile): WeightFile | null {
  const match = /^(.*)\.([a-z]+)$/.exec(fileName(file.path));
  const [, name, extension] = match ?? [];
  const container = extension !== undefined && Object.hasOwn(EXTENSIONS, extension) ? EXTENSIONS[extension] : undefined;
  if (container === undefined || name === undefined) return null;
  if (container === 'torch' && OTHER_BINARIES.test(name)) return null;
  const numbered = /^(.*?)[-_.]?(\d{1,9})[-_]of[-_](\d{1,9})(?:\.([\w-]+))?$/.exec(name);
  const { stem, variant } = takeVariant(numbered?.[1] ?? name);
  const shard = numbered === null ? null : { number: Number(numbered[2]), of: Number(numbered[3]) };
  return { file, container, role: role(name, stem), stem, variant: numbered?.[4] ?? variant, shard };
}

/** Takes `model.fp16` apart. `model.safetensors-00001-of-00002.safetensors` repeats its ending, which is no variant. */
function takeVariant(dotted: string): Pick<WeightFile, 'stem' | 'variant'> {
  const dot = dotted.indexOf('.');
  if (dot <= 0 || !SAVED_STEMS.has(dotted.slice(0, dot))) return { stem: dotted, variant: null };
  const variant = dotted.slice(dot + 1);
  return { stem: dotted.slice(0, dot), variant: Object.hasOwn(EXTENSIONS, variant) ? null : variant };
}

function role(name: string, stem: string): WeightFile['role'] {
  if (TRAINING_STATE.test(name)) return 'training-state';
  if (name.startsWith('consolidated')) return 'original-release';
  return stem === 'adapter_model' ? 'adapter' : 'model';
}

/**
 * Whether a path has the name under which loaders look for a model's own weights: what `save_pretrained` of transformers and
 * diffusers writes, or the publisher's own layout (`consolidated.safetensors`, `consolidated.00.pth`).
 */
export function isModelName(path: string): boolean {
  const known = weightFile({ path, size: 0, sha256: null });
  return known !== null && (known.role === 'model' ? SAVED_STEMS.has(known.stem) : known.role === 'original-release' && /^consolidated(?:\.\d+)?$/.test(known.stem));
}

/** Reads an index's name; null where it is none. */
export function indexFile(file: SourceFile): IndexFile | null {
  const match = /^(.+)\.(safetensors|bin)\.index(?:\.([\w-]+))?\.json$/.exec(fileName(file.path));
  const dotted = match?.[1];
  if (match === null || dotted === undefined) return null;
  const { stem, variant } = takeVariant(dotted);
  return { file, container: match[2] === 'bin' ? 'torch' : 'safetensors', role: role(dotted, stem), stem, variant: match[3] ?? variant };
}
