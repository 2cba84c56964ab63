import type { Beside } from './beside.ts';
import { shapeOfPart } from './beside.ts';
import type { Lacking } from './evidence.ts';
import { ROOT, storedParameter, wrappedModule } from './names.ts';
import { lackingParts, lackingWhole } from './parts.ts';
import { isSaved, targetTest } from './targets.ts';

/** All that ought to be there by method, config and base, and is not. */
export function findLacking(beside: Beside): Lacking[] {
  return [...parts(beside), ...modules(beside), ...saved(beside), ...ofWhole(beside)];
}

function parts(beside: Beside): Lacking[] {
  const { settings, sorted } = beside;
  return [...sorted.modules].flatMap(([module, tensors]) => {
    const stored = new Set(tensors.map(({ part }) => part ?? ''));
    const [first] = tensors;
    const dtype = first === undefined ? 'F32' : beside.info(first).dtype;
    const shapes = beside.loraShapes(module, tensors);
    return lackingParts(settings.type, stored, settings).map((part) => lacking('part', `${ROOT}${module}.${part}`, dtype, shapeOfPart(part, shapes)));
  });
}

/** Modules of the base that the config targets and for which nothing is stored. */
function modules(beside: Beside): Lacking[] {
  const { wrapped, settings, sorted } = beside;
  const isTarget = targetTest(settings);
  const known = [...sorted.modules.keys()].map(wrappedModule);
  // Where nothing fits, the adapter is for another model: that is said once, and not for every module again.
  if (wrapped === null || isTarget === null || settings.repeatsLayers || !known.some((module) => wrapped.has(module))) return [];
  const stored = new Set(known);
  const patterns = new Set(known.map(pattern));
  const dtype = beside.checkpoint.tensors.length > 0 ? beside.checkpoint.tensors.dtype(0) : 'F32';
  const untouched = wrapped.matrices().filter((module) => isTarget(module) && !stored.has(module) && (wrapped.isKnown || patterns.has(pattern(module))));
  return untouched.flatMap((module) => {
    if (settings.type !== 'LORA') return [lacking('module', `${ROOT}${module}`, dtype, null)];
    const shapes = beside.loraShapes(module, []);
    return ['lora_A.weight', 'lora_B.weight'].map((part) => lacking('module', `${ROOT}${module}.${part}`, dtype, shapeOfPart(part, shapes)));
  });
}

/** Modules that `modules_to_save` names, that the base has, and of which nothing is stored. A new head is the adapter's own to bring. */
function saved(beside: Beside): Lacking[] {
  const stored = beside.sorted.whole.map((tensor) => storedParameter(tensor));
  const absent = beside.settings.modulesToSave.filter((name) => !stored.some((parameter) => isSaved(parameter, [name])));
  if (absent.length === 0) return [];
  const ofBase = beside.parametersOfBase().filter(({ name }) => isSaved(name.replace(/\.[^.]+$/, ''), absent));
  if (ofBase.length > 0) return ofBase.map((tensor): Lacking => ({ ...tensor, name: `${ROOT}${tensor.name}`, of: 'saved' }));
  // A head that the task puts on anew is in no base; whether the class has one by such a name, its facts say. PEFT writes
  // the usual names of heads down unasked, so that without the base they prove nothing, unlike names that a person gave.
  const { wrapped } = beside;
  const called = wrapped === null ? absent.filter((name) => !USUAL_HEADS.has(name)) : absent.filter((name) => wrapped.mayHave(`${name}.weight`));
  const isNone = absent.length === beside.settings.modulesToSave.length;
  return isNone && called[0] !== undefined ? [lacking('saved', `${ROOT}${called[0]}`, 'F32', null)] : [];
}

/** What PEFT adds to `modules_to_save` for classification and question answering, whether or not the model has such modules. */
const USUAL_HEADS: ReadonlySet<string> = new Set(['classifier', 'score', 'qa_outputs']);

function ofWhole({ settings, sorted }: Beside): Lacking[] {
  return lackingWhole(settings.type, sorted.own, settings).map((part) => lacking('whole', part.startsWith('pr') ? part : `base_model.${part}`, 'F32', null));
}

/** A module's name without its numbers. */
function pattern(module: string): string {
  return module.replace(/\.\d+(?=\.)/g, '.*');
}

const BYTES: Readonly<Record<string, number>> = { F32: 4, F16: 2, BF16: 2, F64: 8 };

function lacking(of: Lacking['of'], name: string, dtype: string, shape: readonly number[] | null): Lacking {
  const elements = shape === null ? 0 : shape.reduce((product, dim) => product * dim, 1);
  return { name, dtype, shape: shape ?? [], bytes: elements * (BYTES[dtype] ?? 0), of };
}
