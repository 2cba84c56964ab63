import type { ModelTypeFacts } from '../../architecture/facts.ts';
import type { TensorInfo } from '../../format/tensor-table.ts';
import type { Checkpoint } from '../../inventory/checkpoint.ts';
import { vocabularySizes } from '../../inventory/config.ts';
import type { HeadNames, Intent } from '../intent.ts';
import { unpackBase } from '../quantization/base.ts';
import { wrappedModule } from './names.ts';
import type { AdapterTensor } from './names.ts';
import { adapterSettings } from './settings.ts';
import type { AdapterSettings } from './settings.ts';
import { loraShapes } from './shapes.ts';
import type { LoraShapes } from './shapes.ts';
import { sortTensors } from './tensors.ts';
import type { SortedTensors } from './tensors.ts';
import { WrappedBase } from './wrapped-base.ts';

/** Names of input embeddings and of heads in the wild, for an adapter of whose base nothing is known. */
const EMBEDDINGS = /(?:^|\.)(?:embed_tokens|wte|word_embeddings|embed_in)$/;
const HEADS = /(?:^|\.)(?:lm_head|embed_out)$/;

/** An adapter beside its base: what the questions about it are asked of. */
export class Beside {
  readonly checkpoint: Checkpoint;
  readonly sorted: SortedTensors;
  readonly settings: AdapterSettings;
  /** The model that it wraps; null where there is no base to look at. */
  readonly wrapped: WrappedBase | null;
  readonly intent: Intent;
  readonly heads: HeadNames;
  readonly #base: Checkpoint | null;
  /** Parameters of the base that are packed in a way that does not tell their shape. */
  readonly #shapeless: ReadonlySet<string>;

  constructor(checkpoint: Checkpoint, base: Checkpoint | null, intent: Intent, facts: ModelTypeFacts | null) {
    const isUsable = base !== null && base.tensors.length > 0 && base.format !== 'adapter';
    this.checkpoint = checkpoint;
    this.sorted = sortTensors(checkpoint);
    this.settings = adapterSettings(checkpoint.adapterConfig);
    // Adapters are often trained on a quantised base (QLoRA): they fit what it stands for.
    const unpacked = isUsable ? unpackBase(base) : null;
    this.#base = unpacked?.base ?? null;
    this.#shapeless = unpacked?.shapeless ?? new Set();
    this.wrapped = unpacked === null ? null : new WrappedBase(unpacked.base, intent, facts, this.settings);
    this.intent = intent;
    // Without facts the names of head and embedding were looked for among the adapter's own, which are no names of a model.
    this.heads = this.wrapped === null && intent.facts === null ? { head: null, embedding: null } : intent.heads;
  }

  info({ row }: AdapterTensor): TensorInfo {
    return this.checkpoint.tensors.info(row);
  }

  /** Shape of a parameter of the wrapped model in the base; null where it is not known. */
  shapeInBase(parameter: string): readonly number[] | null {
    const row = this.wrapped?.row(parameter) ?? -1;
    return row < 0 || this.#base === null || this.#shapeless.has(this.#base.tensors.name(row)) ? null : this.#base.tensors.shape(row);
  }

  /** The base's own parameters, by their names on disk. */
  parametersOfBase(): TensorInfo[] {
    const table = this.#base?.tensors;
    return table === undefined ? [] : table.columns.names.map((_, row) => table.info(row));
  }

  /** Shapes that the factors of a LoRA module should have. Rows of the vocabulary are another question. */
  loraShapes(module: string, tensors: readonly AdapterTensor[]): LoraShapes {
    const { type, adaptsParameters } = this.settings;
    if (type !== 'LORA' && type !== null) return { a: null, b: null };
    const find = (...parts: string[]): AdapterTensor | undefined => tensors.find(({ part }) => part !== null && parts.includes(part));
    const name = wrappedModule(module);
    const base = adaptsParameters || this.isVocabulary(name) ? null : this.shapeInBase(`${name}.weight`);
    const isEmbedding = find('lora_embedding_A', 'lora_embedding_B') !== undefined;
    return loraShapes(find('lora_A.weight', 'lora_embedding_A'), find('lora_B.weight', 'lora_embedding_B'), isEmbedding, base, this.checkpoint.tensors, this.settings);
  }

  /** Rows that a module has in the base, or, without a base, those of the vocabulary by the config in the adapter's folder. */
  rowsInBase(module: string): number | null {
    if (this.wrapped !== null) return this.shapeInBase(`${module}.weight`)?.[0] ?? null;
    const sizes = vocabularySizes(this.checkpoint.config);
    return sizes.length === 1 ? (sizes[0]?.value ?? null) : null;
  }

  isHead(module: string): boolean {
    return this.heads.head === null ? HEADS.test(module) : this.heads.head === `${module}.weight`;
  }

  /** Whether a module is the input embedding or the head. */
  isVocabulary(module: string): boolean {
    const { embedding } = this.heads;
    return this.isHead(module) || (embedding === null ? EMBEDDINGS.test(module) : embedding === `${module}.weight`);
  }
}

/** The shape of a factor by its part. */
export function shapeOfPart(part: string | null, { a, b }: LoraShapes): readonly number[] | null {
  if (part === 'lora_A.weight' || part === 'lora_embedding_A') return a;
  return part === 'lora_B.weight' || part === 'lora_embedding_B' ? b : null;
}
