import type { Checkpoint } from '../../inventory/checkpoint.ts';
import { isModelName } from '../../inventory/weight-files.ts';

/**
 * Matrices as they stand in the files of adapters that diffusers, Kohya's scripts, LyCORIS and others write: names of PEFT, or
 * `.lora_down.weight`. What stands before is the module that they adapt.
 */
const MATRIX = /[._]lora[._](?:A|B|a|b|up|down|mid)(?:\.|$)|\.lora_magnitude_vector|\.(?:hada|lokr)_[wt]\d|\.dora_scale$/;

/** The scale beside a module's matrices. By itself it is no adapter's: vocoders have one for each of their activations (Snake, of BigVGAN and DAC). */
const SCALE = /(?:[._]lora)?\.alpha$/;

/** Whether a name has what a wrapped model has and an adapter's own file has not. */
const WRAPPED = /\.base_layer\.|^base_model\.model\./;

/** Several stages ask the same of names by the hundred thousand. */
const known = new WeakMap<readonly string[], ReadonlySet<string>>();

/** The names that are of an adapter: its matrices, and the scales beside them. */
export function adapterParts(names: readonly string[]): ReadonlySet<string> {
  const parts = known.get(names) ?? findParts(names);
  known.set(names, parts);
  return parts;
}

function findParts(names: readonly string[]): ReadonlySet<string> {
  const parts = new Set<string>();
  const modules = new Set<string>();
  for (const name of names) {
    const at = MATRIX.exec(name)?.index;
    if (at === undefined) continue;
    parts.add(name);
    modules.add(name.slice(0, at));
  }
  if (modules.size > 0) for (const name of names) if (SCALE.test(name) && modules.has(name.replace(SCALE, ''))) parts.add(name);
  return parts;
}

/** Whether nothing but an adapter is stored. */
export function isAllAdapter(names: readonly string[]): boolean {
  return names.length > 0 && names.every((name) => MATRIX.test(name) || SCALE.test(name)) && adapterParts(names).size === new Set(names).size;
}

/**
 * Whether what is stored is an adapter's, and no config says that it is meant to be more: all of it, or most, with norms and
 * biases that were trained whole beside (FLUX's control adapters), and nothing of a wrapped model.
 */
export function holdsLooseAdapter({ tensors: { columns: { names } }, config }: Pick<Checkpoint, 'tensors' | 'config'>): boolean {
  if (config !== null || names.length === 0) return false;
  return isAllAdapter(names) || (adapterParts(names).size * 2 > names.length && !names.some((name) => WRAPPED.test(name)));
}

/** The same in a file of its own. Under a model's name it is taken for the model. */
export function isLooseAdapter(checkpoint: Pick<Checkpoint, 'tensors' | 'config' | 'parts'>): boolean {
  return !hasModelName(checkpoint) && holdsLooseAdapter(checkpoint);
}

/** Whether loaders take its files, by their names, for a model. */
export function hasModelName({ parts }: Pick<Checkpoint, 'parts'>): boolean {
  return parts.some(({ path }) => isModelName(path));
}
