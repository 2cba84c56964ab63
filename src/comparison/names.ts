import { METHOD_PART } from './adapter/names.ts';

/** The names of a checkpoint as the loader of the intended class sees them. */
export interface LoaderNames {
  /** Name in memory of each name on disk, in the same order. Several that a loader merges share one. */
  readonly memory: readonly string[];
  /** Further names in memory that the loader makes of a stored tensor (a fused projection that it splits), each with the one that the tensor is paired under. */
  readonly more: ReadonlyMap<string, string>;
  /** Whether the loader added the base prefix that the names lack. */
  readonly prefixLost: boolean;
}

/** Maps names on disk to names in memory. */
export type NameMapper = (names: readonly string[]) => LoaderNames;

const NONE: ReadonlyMap<string, string> = new Map();

/** For classes of which nothing is known: names on disk are names in memory. */
export const identityMapper: NameMapper = (names) => ({ memory: names.some((name) => name !== modernName(name)) ? names.map(modernName) : names, more: NONE, prefixLost: false });

/** `LayerNorm.gamma` and `beta`, which every release of transformers takes for `weight` and `bias`. */
function modernName(name: string): string {
  // Nearly no name has it, and looking for it takes a fraction of what two expressions take.
  if (!name.includes('LayerNorm.')) return name;
  return name.replace(/LayerNorm\.gamma$/, 'LayerNorm.weight').replace(/LayerNorm\.beta$/, 'LayerNorm.bias');
}

/**
 * Whether the weights of a name are of no consequence: buffers that older releases stored and newer ones compute.
 * Sources: transformers' own removals (`rotary_emb.inv_freq` 4.30, `position_ids` 4.31, `attn.bias`/`masked_bias` of
 * GPT-2 and GPT-NeoX), tf#35255.
 */
const HARMLESS = /(?:^|\.)(?:rotary_emb\.inv_freq|rotary_emb\.(?:cos|sin)_cached|inv_freq|position_ids|num_batches_tracked|masked_bias|(?:attn|attention|self_attn)\.bias|relative_position_index|embed_positions\._float_tensor)$/;

/** `attn.bias` is a mask only where it has the rank of a mask; a bias vector of that name is a parameter. */
export function isHarmlessBuffer(name: string, rank: number): boolean {
  const match = HARMLESS.exec(name);
  if (match === null) return false;
  return /\.bias$/.test(name) ? rank === 4 || rank === 2 : true;
}

/** Segments that training wrappers put into names and no loader takes out. */
const WRAPPER_SEGMENTS = new Set(['_orig_mod', 'module', '_fsdp_wrapped_module', '_checkpoint_wrapped_module', '_forward_module', '_module']);

/** A way of taking a wrapper off all names. */
export interface Unwrapping {
  readonly kind: 'prefix' | 'lora';
  /** What is taken off, as it stands in the names. */
  readonly text: string;
  /** The inner name, or null for a tensor that belongs to the wrapper itself (a LoRA matrix). */
  unwrap(name: string): string | null;
}

function segmentsUnwrapping(names: readonly string[]): Unwrapping | null {
  const seen = new Set<string>();
  for (const name of names) for (const segment of name.split('.')) if (WRAPPER_SEGMENTS.has(segment)) seen.add(segment);
  if (seen.size === 0) return null;
  return {
    kind: 'prefix',
    text: [...seen].map((segment) => `${segment}.`).join(''),
    unwrap: (name) => name.split('.').filter((segment) => !seen.has(segment)).join('.'),
  };
}

/** What PEFT adds to a module: its factors, and copies of what was there. */
export const ADAPTER_PART = /\.(?:lora_(?:A|B|magnitude_vector|embedding_A|embedding_B)|lora_E|lora_ranknum|modules_to_save|original_module)(?:\.|$)/;

function loraUnwrapping(names: readonly string[]): Unwrapping | null {
  if (!names.some((name) => name.includes('.base_layer.') || ADAPTER_PART.test(name))) return null;
  const prefixed = names.some((name) => name.startsWith('base_model.model.'));
  return {
    kind: 'lora',
    text: prefixed ? 'base_model.model.' : 'base_layer.',
    unwrap: (name) => (ADAPTER_PART.test(name) || METHOD_PART.test(name) ? null : name.replace(/^base_model\.model\./, '').replace(/(?:\.token_adapter)?(?:\.base_layer)+\./, '.')),
  };
}

/** Leading segments that most names share, from one to three of them: `model.`, `pretrained_model.`, `student.model.`. */
function prefixUnwrappings(names: readonly string[]): Unwrapping[] {
  const found: Unwrapping[] = [];
  for (let depth = 1; depth <= 3; depth++) {
    const counts = new Map<string, number>();
    for (const name of names) {
      const prefix = leading(name, depth);
      if (prefix !== '') counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
    }
    const [prefix, count] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? ['', 0];
    if (count === 0 || count < names.length / 2) break;
    found.push({ kind: 'prefix', text: prefix, unwrap: (name) => (name.startsWith(prefix) ? name.slice(prefix.length) : name) });
  }
  return found;
}

/** The first so many segments of a name with the dot behind them; empty where nothing would be left. */
function leading(name: string, depth: number): string {
  let stop = -1;
  for (let segments = 0; segments < depth; segments++) {
    stop = name.indexOf('.', stop + 1);
    if (stop < 0) return '';
  }
  return name.slice(0, stop + 1);
}

/** Every way in which a wrapper might be taken off these names, the most specific first. */
export function unwrappings(names: readonly string[]): Unwrapping[] {
  const lora = loraUnwrapping(names);
  if (lora !== null) return [lora];
  const segments = segmentsUnwrapping(names);
  return segments === null ? prefixUnwrappings(names) : [segments, ...prefixUnwrappings(names)];
}
