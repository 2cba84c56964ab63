import { parseJson } from '../format/json.ts';
import type { Source } from '../source/source.ts';
import type { Problem } from './checkpoint.ts';
import { booleanAt, isObject, stringAt } from './config.ts';
import { Documents } from './documents.ts';
import { MAX_CONFIG_BYTES } from './limits.ts';
import { PartReader, type ReadOptions } from './parts.ts';

/** Kinds of modules of sentence-transformers that cannot be loaded without weights of their own, and the parameters that each has in any case. */
const WEIGHTED: ReadonlyMap<string, readonly string[]> = new Map([
  ['Dense', ['linear.weight']],
  ['LayerNorm', ['norm.weight', 'norm.bias']],
  ['WeightedLayerPooling', ['layer_weights']],
  ['CNN', []],
  ['LSTM', []],
  ['SparseAutoEncoder', []],
]);

/** Whose kinds they are: PyLate's are those of sentence-transformers. Code in the repo may give a name any meaning. */
const OWN = /^(?:sentence_transformers|pylate)\./;

/** The files in which a module's weights are looked for, in this order (`Module.load_torch_weights`). */
const FILES = ['model.safetensors', 'pytorch_model.bin'] as const;

interface Module {
  readonly type: string;
  /** Its folder, with a slash at its end. */
  readonly folder: string;
}

/** What is wrong with the modules that a sentence-transformers model has beside its transformer: `modules.json` names them, each in a folder of its own. */
export async function moduleProblems(source: Source, { heads }: ReadOptions): Promise<readonly Problem[]> {
  const modules = weightedModules(await new Documents(source).parsed('modules.json', MAX_CONFIG_BYTES, parseJson));
  // Where no folder is there (assets of a release lie side by side), that one is not there says nothing.
  const listed = modules.filter(({ folder }) => source.files.some(({ path }) => path.startsWith(folder)));
  const reader = new PartReader(source, heads === undefined ? {} : { heads });
  return (await Promise.all(listed.map(async (module) => await problemsOf(module, source, reader)))).flat();
}

function weightedModules(modules: unknown): Module[] {
  if (!Array.isArray(modules)) return [];
  return modules.flatMap((entry: unknown) => {
    const module = isObject(entry) ? entry : {};
    const full = stringAt(module, 'type') ?? '';
    const type = full.slice(full.lastIndexOf('.') + 1);
    const path = (stringAt(module, 'path') ?? '').replace(/\/+$/, '');
    return OWN.test(full) && WEIGHTED.has(type) && path !== '' ? [{ type, folder: `${path}/` }] : [];
  });
}

async function problemsOf({ type, folder }: Module, source: Source, reader: PartReader): Promise<readonly Problem[]> {
  const path = FILES.map((name) => folder + name).find((name) => source.files.some((file) => file.path === name));
  if (path === undefined) return [{ kind: 'module-incomplete', path: folder + FILES[0], module: type, lacks: [] }];
  const { problems, parts, tensors } =
    await reader.read([{ path, namedBy: 'name' }], path.endsWith('.bin') ? 'torch' : 'safetensors');
  if (parts[0]?.state !== 'read') return problems;
  const wanted = [...(WEIGHTED.get(type) ?? []), ...(type === 'Dense' && (await hasBias(folder, source)) ? ['linear.bias'] : [])];
  const lacks = wanted.filter((name) => !tensors.has(name));
  return lacks.length === 0 ? problems : [...problems, { kind: 'module-incomplete', path, module: type, lacks }];
}

/** Whether the config of a `Dense` module states that it has a bias. */
async function hasBias(folder: string, source: Source): Promise<boolean> {
  const config = await new Documents(source).parsed(`${folder}config.json`, MAX_CONFIG_BYTES, parseJson);
  return isObject(config) && booleanAt(config, 'bias') === true;
}
