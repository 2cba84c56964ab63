import type { TensorInfo } from '../../format/tensor-table.ts';
import type { Beside } from './beside.ts';
import { Endings } from './endings.ts';
import type { Ending } from './endings.ts';
import { LONGEST_NAME, storedParameter } from './names.ts';
import { isSaved } from './targets.ts';

/** What `modules_to_save` calls for and is not stored. */
interface Unsaved {
  /** Parameters, by their names in the model; shapeless where no base tells. */
  readonly lost: readonly TensorInfo[];
  /** Names of which nothing is stored, and of which it can't be told whether the model has such a module. */
  readonly unsettled: readonly string[];
}

/** What PEFT adds to `modules_to_save` for classification and question answering, whether or not the model has such modules. */
const USUAL_HEADS: ReadonlySet<string> = new Set(['classifier', 'score', 'qa_outputs']);

/**
 * Every causal LM of transformers with such layers has this embedding and this head (its facts: all classes of both
 * releases but the withdrawn OpenLLaMA).
 */
const LAYERS = /^model\.layers\.\d+\.self_attn\./;
/** Tasks for which a class with such layers has one of the usual heads, nearly always this one (its facts: all but EuroBERT's `classifier`). */
const CLASSIFICATION: ReadonlySet<string | null> = new Set(['sequence-classification', 'token-classification']);
const USUAL_HEAD = 'score';
const OF_LAYERS: Readonly<Record<string, string>> = { lm_head: 'lm_head.weight', embed_tokens: 'model.embed_tokens.weight' };

/** Parameters of modules that `modules_to_save` names, and of which nothing is stored. A new head is the adapter's own to bring. */
export function findUnsaved(beside: Beside): Unsaved {
  const names = beside.settings.modulesToSave;
  if (names.length === 0) return { lost: [], unsettled: [] };
  const stored = new Set(beside.sorted.whole.map(storedParameter));
  const endings = new Endings(names);
  const present = new Set<string>();
  for (const parameter of stored) {
    for (const longest of endsOf(parameter, endings)) {
      for (let ending: Ending | null = longest; ending !== null && !present.has(ending.text); ending = ending.within) present.add(ending.text);
    }
  }
  const absent = names.filter((name) => !present.has(name));
  return beside.wrapped === null ? byName(beside, absent, stored) : byBase(beside, endings, stored, absent);
}

function byBase(beside: Beside, endings: Endings, stored: ReadonlySet<string>, absent: readonly string[]): Unsaved {
  const { wrapped, checkpoint, settings } = beside;
  if (wrapped === null) return { lost: [], unsettled: [] };
  const { tensors } = checkpoint;
  const base = beside.parametersOfBase();
  const inAll = wrapped.parameters().filter(({ name }) => /\.(?:weight|bias)$/.test(name) && !stored.has(name) && endsOf(name, endings).length > 0);
  const found = new Set(inAll.map(({ name }) => name));
  const others = base.filter(({ name }) => isSaved(name.replace(/\.[^.]+$/, ''), absent) && !found.has(name));
  const lost = [...inAll.flatMap(({ name, row }) => (base[row] === undefined ? [] : [{ ...base[row], name }])), ...others];
  if (lost.length > 0 || absent.length === 0) return { lost, unsettled: [] };
  // A head that the task puts on anew is in no base; whether the class has one by such a name, its facts say.
  const called = absent.length === settings.modulesToSave.length ? absent.find((name) => wrapped.mayHave(`${name}.weight`)) : undefined;
  return { lost: called === undefined ? [] : [shapeless(called, tensors.length > 0 ? tensors.dtype(0) : 'F32')], unsettled: [] };
}

/**
 * Without the base. PEFT writes the usual names of heads down unasked: that none of them is stored says nothing, unless the
 * layers are those of classes that have one (BART's and XLNet's classifiers have other names, and are not saved).
 */
function byName({ settings, sorted, checkpoint: { tensors } }: Beside, absent: readonly string[], stored: ReadonlySet<string>): Unsaved {
  const dtype = tensors.length > 0 ? tensors.dtype(0) : 'F32';
  const hasLayers = [...sorted.modules.keys()].some((module) => LAYERS.test(module));
  const lost = [...absent.flatMap((name) => parameterByLayers({ settings, sorted }, name) ?? []), ...weightsOfBiases(stored, settings.modulesToSave)];
  const isNone = absent.length === settings.modulesToSave.length;
  const asked = absent.filter((name) => !USUAL_HEADS.has(name));
  if (lost.length === 0 && isNone && asked[0] !== undefined) return { lost: [shapeless(asked[0], dtype)], unsettled: [] };
  if (isNone && hasLayers && CLASSIFICATION.has(settings.task) && absent.includes(USUAL_HEAD)) return { lost: [shapeless(USUAL_HEAD, dtype)], unsettled: [] };
  return { lost: lost.map((name) => shapeless(name, dtype)), unsettled: asked };
}

/** The parameter of an embedding or a head of that name, where all classes with such layers as the adapter's have it; or null. */
export function parameterByLayers({ settings, sorted }: Pick<Beside, 'settings' | 'sorted'>, name: string): string | null {
  if (settings.task !== 'causal-lm' || !Object.hasOwn(OF_LAYERS, name)) return null;
  return [...sorted.modules.keys()].some((module) => LAYERS.test(module)) ? (OF_LAYERS[name] ?? null) : null;
}

/** The modules that a parameter lies in, the innermost first. A name longer than any model has is in none: it may have as many as characters. */
function modulesAround(parameter: string): string[] {
  const around: string[] = [];
  if (parameter.length > LONGEST_NAME) return around;
  for (let dot = parameter.lastIndexOf('.'); dot > 0; dot = parameter.lastIndexOf('.', dot - 1)) around.push(parameter.slice(0, dot));
  return around;
}

/** Weights of modules that were saved, of which nothing but the bias is there. */
function weightsOfBiases(stored: ReadonlySet<string>, names: readonly string[]): string[] {
  const wanted = new Set(names);
  const held = new Map<string, number>();
  for (const parameter of stored) {
    const module = parameter.replace(/\.bias$/, '');
    if (module !== parameter && wanted.has(module.slice(module.lastIndexOf('.') + 1))) held.set(module, 0);
  }
  if (held.size === 0) return [];
  for (const parameter of stored) for (const module of modulesAround(parameter)) if (held.has(module)) held.set(module, (held.get(module) ?? 0) + 1);
  return [...held].flatMap(([module, count]) => (count === 1 ? [`${module}.weight`] : []));
}

/** What the modules end in that a parameter is in, as PEFT finds them: `norm` is also `input_layernorm` (run: peft 0.21). */
function endsOf(parameter: string, endings: Endings): readonly Ending[] {
  return parameter.length > LONGEST_NAME ? [] : endings.ofModules(parameter);
}

function shapeless(name: string, dtype: string): TensorInfo {
  return { name, dtype, shape: [], bytes: 0 };
}
