import { typeOfNames } from '../architecture/type-of-names.ts';
import { compareBytes } from '../comparison/equality.ts';
import { storedPairs } from '../comparison/head.ts';
import type { SideBySide } from '../comparison/side-by-side.ts';
import type { Checkpoint } from '../inventory/checkpoint.ts';
import { mtpLayers } from '../inventory/config.ts';
import { weightFile } from '../inventory/weight-files.ts';
import type { ComparedPair, Evidence } from './evidence.ts';
import { adapterLosses, partLosses } from './losses.ts';

/** Completes a comparison to what the rules look at: losses parted by cause, and tied parameters that are both stored compared by their bytes. */
export async function gatherEvidence(side: SideBySide): Promise<Evidence> {
  const { checkpoint, comparison, intent } = side;
  const inner = comparison.wrapper?.unwrapped ?? comparison;
  const pairs: ComparedPair[] = [];
  for (const pair of storedPairs(intent, inner)) {
    const { tensors } = checkpoint;
    if (pair.targetRow >= tensors.length || pair.sourceRow >= tensors.length) continue;
    pairs.push({
      ...pair,
      equality: await compareBytes(checkpoint, pair.targetRow, pair.sourceRow),
      name: tensors.name(pair.targetRow),
      sourceName: tensors.name(pair.sourceRow),
      bytes: tensors.bytes(pair.targetRow),
    });
  }
  const promisedMtp = mtpLayers(checkpoint.config).reduce((count, { value }) => Math.max(count, value), 0);
  return {
    checkpoint, base: side.base, intent, baseIntent: side.baseIntent, comparison, inner,
    losses: side.adapter === null ? partLosses(checkpoint, intent, comparison, side.quantization) : adapterLosses(side.adapter, comparison),
    pairs,
    ...whereWeightsAre(checkpoint),
    promisedMtp,
    adapter: side.adapter,
    quantization: side.quantization,
    isForeign: side.isForeign ?? null,
    otherType: await otherType(side),
  };
}

/** Looked for only where the names are not those of the config's model type, since it takes another type's facts. */
async function otherType({ checkpoint, comparison, intent, isForeign }: SideBySide): Promise<string | null> {
  const { wrapper } = comparison;
  if (isForeign !== 'other-model' && wrapper?.kind !== 'prefix') return null;
  const type = await typeOfNames(checkpoint.tensors.columns.names, intent.modelType);
  return isForeign === 'other-model' || wrapper?.text === `${type}.` ? type : null;
}

/** Whether this is a working copy without its weights: pointers for all of them, or only their index. A place that serves weights has no such excuse. */
function whereWeightsAre({ parts, strays, index, isLocal, problems, format }: Checkpoint): Pick<Evidence, 'weightsElsewhere' | 'onlyIndexSeen'> {
  const pointers = new Set(problems.flatMap((problem) => (problem.kind === 'pointer' ? [problem.path] : [])));
  // What an adapter is, its config tells; what a model's single file holds, nothing does.
  const isUnseen = (index !== null || format === 'adapter') && isLocal && parts.length > 0;
  return {
    weightsElsewhere: isUnseen && parts.every(({ path }) => pointers.has(path)),
    // Weights of the same name that lie beside it are of a save that the index is not of; others are of something else.
    onlyIndexSeen: isUnseen && parts.every(({ state }) => state === 'absent') && !strays.some(({ path, why }) => why === 'other-save' || (why === 'not-in-index' && parts.some((part) => stemOf(path) === stemOf(part.path)))),
  };
}

/** `model` of `model-00001-of-00004.safetensors`. */
function stemOf(path: string): string | null {
  return weightFile({ path, size: 0, sha256: null })?.stem ?? null;
}
