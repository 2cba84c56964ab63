import type { TensorTable } from '../format/tensor-table.ts';
import type { SourceFile } from '../source/source.ts';

/**
 * What a checkpoint's files are. `none`: no weights were found at all. A snapshot has the format of what it was made
 * of; `snapshot` is in the published schema and no longer given: one that cannot be read is refused.
 */
export type CheckpointFormat = 'safetensors' | 'torch' | 'gguf' | 'adapter' | 'diffusers' | 'snapshot' | 'none';

/** One file of weights whose head was read. */
export interface Shard {
  readonly path: string;
  /** Size of the file, in bytes. */
  readonly size: number;
  /** Bytes before the first tensor's data: for safetensors 8 + the header's length. */
  readonly headerBytes: number;
  readonly sha256: string | null;
  /** The string-to-string `__metadata__` of a safetensors header, or the plain values of a GGUF header as text; null where there is none. */
  readonly metadata: Readonly<Record<string, string>> | null;
  /** Of a PyTorch file that loaders take for the state dict itself: the keys under which that lies instead. They lead its tensors' names here. Absent for all else. */
  readonly keptUnder?: readonly string[];
}

/** `*.index.json`: which shard holds which tensor. */
export interface ShardIndex {
  readonly path: string;
  /** `metadata.total_size` as written, whatever it is; undefined where absent. */
  readonly totalSize: unknown;
  /** Whether there is a `metadata` object at all: transformers stops at an index without one. */
  readonly hasMetadata: boolean;
  /** Tensor name → path of its file inside the source, in the file's order. */
  readonly weightMap: ReadonlyMap<string, string>;
}

/** One file of weights that the checkpoint should consist of, whether it is there or not. */
export interface Part {
  readonly path: string;
  /** `read`: it is one of `shards`. `unreadable`: it is there, and one of `problems` says why it tells nothing. `absent`: it is not there. */
  readonly state: 'read' | 'unreadable' | 'absent';
  /** What says that it belongs: the index's weight map, the `-of-N` in the names of its siblings, or its own name. */
  readonly namedBy: 'index' | 'numbering' | 'name';
  /** Bytes of the weights file; for a Git LFS pointer those of the file it stands for; null where absent. */
  readonly size: number | null;
}

/**
 * A file of weights (or an index) that lies beside the checkpoint and that no loader takes as part of it.
 * - `other-save`: of another save into the same place: another `-of-N` set, shards beside a single file
 * - `not-in-index`: the index names other files
 * - `other-format`: the same weights for another loader (`.bin` or GGUF beside safetensors)
 * - `other-variant`: another precision or quantisation (`model.fp16.safetensors`, a second GGUF)
 * - `original-release`: the publisher's own layout (`original/`, `consolidated.*`)
 * - `training-state`: optimizer, scheduler, random state
 * - `adapter`: an adapter beside a whole model: transformers 5 loads the model, 4 the adapter with the base that its config names
 * - `other-model`: of another model or module in the same folder (`mmproj.gguf`, `vae.safetensors`)
 * - `subfolder`: in a folder of its own, such as `checkpoint-500/`
 */
export interface Stray {
  readonly path: string;
  readonly size: number;
  readonly why: 'other-save' | 'not-in-index' | 'other-format' | 'other-variant' | 'original-release' | 'training-state' | 'adapter' | 'other-model' | 'subfolder';
}

/** A part of a diffusers pipeline: a folder that is a checkpoint of its own. */
export interface Component {
  /** The folder's name: `unet`, `text_encoder`. */
  readonly name: string;
  readonly checkpoint: Checkpoint;
}

/** A JSON object of unknown content: `config.json`, `adapter_config.json`. Read it through `inventory/config.ts`. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The front matter of the model card (README.md). */
export interface ModelCard {
  /** `base_model`, as a list. */
  readonly baseModels: readonly string[];
  /** `base_model_relation`: adapter, merge, quantized, finetune, or null. */
  readonly relation: string | null;
  readonly pipelineTag: string | null;
  readonly libraryName: string | null;
  readonly tags: readonly string[];
}

/**
 * Something about a file that was met while reading and that keeps a part of the checkpoint from being known.
 * Facts only: the rules turn them into findings.
 */
export type Problem =
  | { readonly kind: 'pointer'; readonly path: string; /** size and hash of what it stands for */ readonly size: number; readonly sha256: string }
  | { readonly kind: 'other-content'; readonly path: string; /** what it is: `a zip archive`, `an HTML page`, … */ readonly what: string }
  | { readonly kind: 'empty-file'; readonly path: string }
  | { readonly kind: 'truncated'; readonly path: string; readonly expectedSize: number; readonly actualSize: number }
  | { readonly kind: 'trailing-bytes'; readonly path: string; readonly expectedSize: number; readonly actualSize: number }
  | { readonly kind: 'malformed-header'; readonly path: string; readonly violation: string; readonly message: string }
  | { readonly kind: 'header-warning'; readonly path: string; readonly violation: string; readonly message: string }
  | { readonly kind: 'malformed-json'; readonly path: string; readonly line: number | null; readonly message: string }
  | { readonly kind: 'unsafe-pickle'; readonly path: string; readonly globals: readonly string[] }
  | { readonly kind: 'module-incomplete'; readonly path: string; /** its kind: `Dense` */ readonly module: string; /** parameters that its file lacks; none: there is no file */ readonly lacks: readonly string[] }
  | { readonly kind: 'unreachable'; readonly path: string; readonly message: string; readonly hint: string };

/** A checkpoint, as far as heads, index, config and card tell. */
export interface Checkpoint {
  readonly reference: string;
  /** Of a snapshot: the place that it was made of, as it says itself; absent where it does not, and for all else. */
  readonly madeOf?: string;
  readonly revision: string | null;
  readonly format: CheckpointFormat;
  readonly tensors: TensorTable;
  /** Rows of tensors that are one and the same memory, a group each: how a PyTorch file says that they are tied. Other formats cannot say so. */
  readonly shared: readonly (readonly number[])[];
  readonly shards: readonly Shard[];
  /** Every file of weights that it should consist of, in the order of their numbers. */
  readonly parts: readonly Part[];
  /** Files of weights that are there and not part of it. */
  readonly strays: readonly Stray[];
  /** `fp16` of `model.fp16.safetensors`: a loader must be told it; null for the default. */
  readonly variant: string | null;
  /** Every file of the source. */
  readonly files: readonly SourceFile[];
  readonly index: ShardIndex | null;
  readonly config: JsonObject | null;
  readonly adapterConfig: JsonObject | null;
  /** Whether a config.json lies beside that may be of other weights there, and so was not taken; absent where not. */
  readonly isConfigDoubtful?: boolean;
  readonly card: ModelCard | null;
  /** The file that shows that sentence-transformers wrote it (`modules.json`, …), or null. */
  readonly sentenceTransformers: string | null;
  /** Of a component of a pipeline, the class that the pipeline loads it as; absent for all else. */
  readonly loadedAs?: string;
  /** Of a model within another one, its path there (`model.vision_tower`); absent for all else. */
  readonly within?: string;
  /** For `diffusers`: its folders. Their tensors, shards, parts, strays and problems are also here, behind `<folder>/`. Else empty. */
  readonly components: readonly Component[];
  readonly problems: readonly Problem[];
  /**
   * Reads bytes `start` to `end` of the data of one tensor, counted from its first byte; null where the
   * checkpoint has no bytes to read (a snapshot).
   */
  readonly readTensor: ((row: number, start: number, end: number) => Promise<Uint8Array>) | null;
  /** Whether the bytes are on this machine, so that reading all of them is cheap. */
  readonly isLocal: boolean;
}
