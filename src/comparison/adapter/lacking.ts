import type { Beside } from './beside.ts';
import { shapeOfPart } from './beside.ts';
import type { Lacking } from './evidence.ts';
import { findGaps } from './gaps.ts';
import { ROOT, wrappedModule } from './names.ts';
import { lackingParts, lackingWhole } from './parts.ts';
import { findUnsaved } from './saved.ts';
import { targetTest } from './targets.ts';
import { findUntrained, TOKENS } from './tokens.ts';

/** All that ought to be there by method, config and base, and is not. */
export function findLacking(beside: Beside): Lacking[] {
  return [...parts(beside), ...modules(beside), ...gaps(beside), ...saved(beside), ...ofWhole(beside), ...tokens(beside)];
}

function parts(beside: Beside): Lacking[] {
  const { settings, sorted } = beside;
  return [...sorted.modules].flatMap(([module, tensors]) => {
    const stored = new Set(tensors.map(({ part }) => part ?? ''));
    const [first] = tensors;
    const dtype = first === undefined ? 'F32' : beside.info(first).dtype;
    const shapes = beside.loraShapes(module, tensors);
    return [...lackingParts(settings.type, stored, settings), ...biasOfNorm(beside, module, stored)].map((part) => lacking('part', `${ROOT}${module}.${part}`, dtype, shapeOfPart(part, shapes)));
  });
}

/** A norm that is trained has a bias where the base's has one. */
function biasOfNorm({ settings, wrapped }: Beside, module: string, parts: ReadonlySet<string>): string[] {
  const isDue = settings.type === 'LN_TUNING' && wrapped !== null && wrapped.row(`${module}.bias`) >= 0;
  return isDue && !parts.has('ln_tuning_layers.bias') ? ['ln_tuning_layers.bias'] : [];
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
  const all = settings.type === 'LN_TUNING' ? wrapped.norms() : wrapped.matrices();
  const untouched = all.filter((module) => isTarget(module) && !stored.has(module) && (wrapped.isKnown || patterns.has(pattern(module))));
  return untouched.flatMap((module) => {
    if (settings.type !== 'LORA') return namesLike(beside, module, sorted.modules.keys().next().value ?? '', dtype);
    const shapes = beside.loraShapes(module, []);
    return ['lora_A.weight', 'lora_B.weight'].map((part) => lacking('module', `${ROOT}${module}.${part}`, dtype, shapeOfPart(part, shapes)));
  });
}

/** Modules that a gap in the numbers of the others shows, where the base does not tell what there is. */
function gaps(beside: Beside): Lacking[] {
  const { wrapped, settings, sorted } = beside;
  const isAll = 'expression' in settings.targets && settings.targets.expression === 'all-linear';
  const isTarget = isAll ? () => true : targetTest(settings);
  if (isTarget === null || (wrapped !== null && !isAll)) return [];
  const dtype = beside.checkpoint.tensors.length > 0 ? beside.checkpoint.tensors.dtype(0) : 'F32';
  return findGaps(sorted, isTarget).filter(({ module }) => wrapped === null || wrapped.has(module)).flatMap(({ module, like }) => namesLike(beside, module, like, dtype));
}

/** What a module should store, by another that is there. */
function namesLike({ sorted }: Beside, module: string, like: string, dtype: string): Lacking[] {
  return (sorted.modules.get(like) ?? []).map(({ part }) => lacking('module', `${ROOT}${module}.${part ?? ''}`, dtype, null));
}

function saved(beside: Beside): Lacking[] {
  return findUnsaved(beside).lost.map((tensor) => ({ ...tensor, name: `${beside.sorted.root}${tensor.name}`, of: 'saved' }));
}

function ofWhole({ settings, sorted }: Beside): Lacking[] {
  return lackingWhole(settings.type, sorted.own, settings).map((part) => lacking('whole', part.startsWith('pr') ? part : `base_model.${part}`, 'F32', null));
}

/** The values of trained tokens. Without the base their place is only what the config names. */
function tokens(beside: Beside): Lacking[] {
  const dtype = beside.checkpoint.tensors.length > 0 ? beside.checkpoint.tensors.dtype(0) : 'F32';
  return findUntrained(beside).lost.map(({ module, isPlaced, shape }) => {
    const name = [...(module === null ? [] : [module]), TOKENS].join('.');
    return lacking('tokens', isPlaced ? `${ROOT}${name}` : name, dtype, shape);
  });
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
