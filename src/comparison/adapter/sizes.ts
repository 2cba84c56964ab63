import type { TensorInfo } from '../../format/tensor-table.ts';
import type { Mismatch } from '../comparison.ts';
import type { Beside } from './beside.ts';
import { shapeOfPart } from './beside.ts';
import type { OtherVocabulary } from './evidence.ts';
import type { AdapterTensor } from './names.ts';
import { storedParameter, wrappedModule } from './names.ts';
import { isSaved } from './targets.ts';
import { trainsNone } from './tokens.ts';
import { sameShape } from '../shapes.ts';

/** Tensors of another shape than method, config and base call for. The expected shape of an empty one is empty where nothing tells it. */
export function findMisshapen(beside: Beside): { empty: Mismatch[]; mismatched: Mismatch[] } {
  const found = { empty: new Array<Mismatch>(), mismatched: new Array<Mismatch>() };
  const isUntrained = trainsNone(beside.settings);
  const check = (tensor: AdapterTensor, wanted: readonly number[] | null): void => {
    const { dtype, shape } = beside.info(tensor);
    const entry = { name: tensor.name, memory: tensor.name, expected: { dtype, shape: wanted ?? [] }, actual: { dtype, shape } };
    const isNone = shape[0] === 0 && tensor.part?.includes('trainable_tokens_') === true && isUntrained(tensor.module);
    if (shape.includes(0) && !isNone) found.empty.push(entry);
    else if (wanted !== null && !sameShape(wanted, shape)) found.mismatched.push(entry);
  };
  for (const [module, tensors] of beside.sorted.modules) {
    const shapes = beside.loraShapes(module, tensors);
    for (const tensor of tensors) check(tensor, shapeOfPart(tensor.part, shapes));
  }
  for (const tensor of beside.sorted.whole) check(tensor, beside.isVocabulary(tensor.module) ? null : beside.shapeInBase(storedParameter(tensor)));
  return found;
}

/** Embeddings and heads, stored whole or adapted, whose rows are not the base's. */
export function findOtherVocabulary(beside: Beside): OtherVocabulary[] {
  return [...beside.sorted.whole, ...[...beside.sorted.modules.values()].flat()].flatMap((tensor): OtherVocabulary[] => {
    const module = wrappedModule(tensor.module);
    if (!beside.isVocabulary(module)) return [];
    const rows = beside.info(tensor).shape[rowsAt(tensor, beside.isHead(module))];
    const baseRows = beside.rowsInBase(module);
    return rows === undefined || rows === 0 || baseRows === null || rows === baseRows ? [] : [{ name: tensor.name, rows, baseRows }];
  });
}

/** Which dimension of a tensor counts the rows of the vocabulary; -1: none. */
function rowsAt({ part }: AdapterTensor, isHead: boolean): number {
  if (part === null || (part === 'lora_B.weight' && isHead)) return 0;
  return part === 'lora_embedding_A' ? 1 : -1;
}

/** Embeddings and heads that are stored whole although the config asks for nothing of the kind, where no base tells whether they fit. */
export function findUnasked(beside: Beside): TensorInfo[] {
  const adapted = new Set([...beside.sorted.modules.keys()].map(wrappedModule));
  return beside.sorted.whole
    .filter(({ module }) => beside.isVocabulary(module) && beside.rowsInBase(module) === null && !isSaved(module, beside.settings.modulesToSave) && !adapted.has(module))
    .map((tensor) => beside.info(tensor));
}

/** Trained parameters by which a tied base falls apart: a head or embedding saved whole, or adapted by itself. */
export function findTieBreakers(beside: Beside): string[] {
  const { intent, settings, heads, sorted } = beside;
  if (intent.tied !== true || settings.keepsTie || heads.head === null) return [];
  const saved = sorted.whole.filter(({ module }) => beside.isVocabulary(module) && isSaved(module, settings.modulesToSave));
  const adapted = [...sorted.modules.values()].flat().filter(({ module, part }) => beside.isVocabulary(wrappedModule(module)) && part?.startsWith('lora_') === true);
  return [...saved, ...adapted].map(({ name }) => name);
}
