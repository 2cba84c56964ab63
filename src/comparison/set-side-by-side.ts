import { parameterTest } from '../architecture/prefix.ts';
import type { ClassFacts, ModelTypeFacts } from '../architecture/facts.ts';
import { TableBuilder } from '../format/table-builder.ts';
import type { TensorInfo, TensorTable } from '../format/tensor-table.ts';
import type { Checkpoint } from '../inventory/checkpoint.ts';
import { hasRemoteCode, modelType, numberAt, vocabularySizes } from '../inventory/config.ts';
import { isAdapter } from './adapter/compare.ts';
import { holdsLooseAdapter, isLooseAdapter } from './adapter/loose.ts';
import { setAdapterBeside } from './adapter/side.ts';
import { compare } from './compare.ts';
import type { Comparison } from './comparison.ts';
import { expectation, MOST_STRANGERS } from './expectation.ts';
import { setGgufAlone } from './gguf.ts';
import { loaderMapper } from './mapper.ts';
import { isOfMlx } from './mlx.ts';
import { otherClassTest } from './other-classes.ts';
import { patternIn } from './pattern.ts';
import { unpackBase } from './quantization/base.ts';
import { unpackQuantized } from './quantization/unpack.ts';
import { resolveIntent } from './resolve-intent.ts';
import type { SideBySide } from './side-by-side.ts';

/**
 * Compares a checkpoint with its base where that is comparable, else with what the facts of its class call for.
 * @param declared the class that its team says it releases; an adapter or a GGUF file has none
 */
export function setSideBySide(checkpoint: Checkpoint, base: Checkpoint | null, facts: ModelTypeFacts | null, declared: string | null = null): SideBySide {
  if (isAdapter(checkpoint)) return setAdapterBeside(checkpoint, base, facts);
  if (checkpoint.format === 'gguf' && base?.format !== 'gguf') return setGgufAlone(checkpoint, base, facts);
  if (base !== null && (isOtherModel(checkpoint, base) || (isLooseAdapter(checkpoint) && !holdsLooseAdapter(base)))) {
    return { ...setSideBySide(checkpoint, null, facts, declared), incomparable: base };
  }
  const intent = resolveIntent(checkpoint, base, facts, declared);
  const named = withDeclared(checkpoint);
  const unpacked = unpackQuantized(named, checkpoint, checkpoint.tensors.length);
  const tensors = unpacked?.tensors ?? named;
  const unpackedBase = base === null ? null : unpackBase(base);
  const mapper = loaderMapper(intent, unpackedBase?.base.tensors.columns.names ?? null);
  const comparison = compare(
    {
      tensors,
      firstDeclared: checkpoint.tensors.length,
      config: checkpoint.config ?? base?.config ?? null,
      baseConfig: base?.config ?? null,
      expect: expectation(tensors, checkpoint, unpackedBase, intent, mapper),
      mapper,
      facts: intent.facts,
      isOfOtherClass: otherClassTest(facts, intent.facts),
      heads: intent.heads,
      tied: intent.tied,
      vocabularySize: vocabularySize(checkpoint, intent.facts),
      unpacked,
      isOfMlx: isOfMlx(checkpoint),
      packedInBase: unpackedBase?.packed ?? new Set(),
    },
    (name) => checkpoint.index?.weightMap.get(name) ?? null,
  );
  if (isNamedByMlx(comparison, checkpoint)) return { ...setSideBySide(checkpoint, null, null, declared), incomparable: base, isForeign: 'mlx' };
  // Facts of another release, or of another part within the model, are no yardstick: then nothing is known of the class.
  if (base === null && facts !== null && isForeignTo(comparison, tensors.columns.names, intent.facts)) return { ...setSideBySide(checkpoint, null, null, declared), isForeign: 'other-model' };
  if (base === null && facts !== null && hasOwnLayers(comparison, checkpoint, intent.facts)) return setSideBySide(checkpoint, null, null, declared);
  if (base !== null && fitsNothing(comparison, checkpoint, base)) return { ...setSideBySide(checkpoint, null, facts, declared), incomparable: base };
  return { checkpoint, base, incomparable: null, intent, baseIntent: base === null ? null : resolveIntent(base, null, facts), comparison, adapter: null, quantization: unpacked?.quantization ?? null };
}

/**
 * Whether layers are those of code that comes with the checkpoint, under the name of a class that transformers has too: nothing lacks
 * outside of layers, and in every layer that lacks something stands what the class does not have and may take its place (`W_pack`): it
 * has at least half as many elements. Then that code decides, and not the facts.
 */
function hasOwnLayers({ missing, unexpected, wrapper }: Comparison, { config }: Checkpoint, facts: ClassFacts | null): boolean {
  if (!hasRemoteCode(config) || wrapper !== null || missing.length === 0 || unexpected.length === 0) return false;
  const byLayer = (items: readonly (TensorInfo & { readonly memory: string })[]): ReadonlyMap<number, number> => {
    const sums = new Map<number, number>();
    for (const { memory, shape } of items) {
      const layer = patternIn(facts, 'memory', memory).numbers[0] ?? -1;
      sums.set(layer, (sums.get(layer) ?? 0) + shape.reduce((product, dim) => product * dim, 1));
    }
    return sums;
  };
  const [lacking, strange] = [byLayer(missing), byLayer(unexpected)];
  return lacking.size > 1 && [...lacking].every(([layer, elements]) => layer >= 0 && (strange.get(layer) ?? 0) * 2 >= elements);
}

/** Whether MLX gave its own names to modules (`language_model.lm_head`, `switch_mlp`): what is missing may then be among what is strange. */
function isNamedByMlx({ basis, missing, unexpected }: Comparison, checkpoint: Checkpoint): boolean {
  return basis !== 'none' && missing.length > 0 && unexpected.length > 0 && isOfMlx(checkpoint);
}

/** Stored parameters, and after them those that the index places in files that are not there or can't be read. */
function withDeclared(checkpoint: Checkpoint): TensorTable {
  const { index, tensors } = checkpoint;
  const gone = new Set(checkpoint.parts.filter((part) => part.state !== 'read').map((part) => part.path));
  if (index === null || gone.size === 0) return tensors;
  const declared = [...index.weightMap].flatMap(([name, file]) => (gone.has(file) && !tensors.has(name) ? [name] : []));
  if (declared.length === 0) return tensors;
  const builder = new TableBuilder();
  for (let row = 0; row < tensors.length; row++) {
    const { name, dtype, shape, bytes } = tensors.info(row);
    builder.add(name, dtype, shape, bytes);
  }
  for (const name of declared) builder.add(name, 'U8', [0], 0);
  return builder.build();
}

/** Rows of the vocabulary by the config, read where the class reads them: beside the tie flag. */
function vocabularySize(checkpoint: Checkpoint, facts: ClassFacts | null): number | null {
  const path = facts?.tieFlag.path ?? '';
  const beside = numberAt(checkpoint.config, path.replace(/[^.]*$/, 'vocab_size'));
  const sizes = vocabularySizes(checkpoint.config);
  return beside ?? (sizes.length === 1 ? (sizes[0]?.value ?? null) : null);
}

/** Whether config alone shows another model: another type and another width. */
function isOtherModel(checkpoint: Checkpoint, base: Checkpoint): boolean {
  const types = [modelType(checkpoint.config), modelType(base.config)];
  const widths = [checkpoint, base].map(({ config }) => numberAt(config, 'hidden_size') ?? numberAt(config, 'n_embd') ?? numberAt(config, 'd_model'));
  const [own, ofBase] = widths;
  const otherWidth = own !== null && ofBase !== null && own !== undefined && ofBase !== undefined && own !== ofBase;
  return types[0] !== null && types[1] !== null && otherWidth;
}

/** Whether most names are none that the facts know, and no wrapper explains it. */
function isForeignTo({ basis, wrapper, unexpected, missing, matched }: Comparison, names: readonly string[], facts: ClassFacts | null): boolean {
  if (facts === null || basis !== 'facts' || wrapper !== null || unexpected.length * 2 <= names.length || missing.length < matched) return false;
  // Names that merely lack a prefix which this loader does not put back are the class's own all the same.
  const isParameter = parameterTest(facts);
  const prefixes = new Set(facts.groups.flatMap(({ parameters }) => parameters.map(({ memory }) => memory.slice(0, memory.indexOf('.') + 1))));
  return ![...prefixes].some((prefix) => prefix !== '' && names.filter((name) => isParameter(prefix + name)).length * 2 > names.length);
}

/** Whether next to nothing of the base's names stands in the checkpoint, though both hold a model's worth of tensors. */
function fitsNothing(comparison: Comparison, checkpoint: Checkpoint, base: Checkpoint): boolean {
  const { matched } = comparison.wrapper?.unwrapped ?? comparison;
  const smaller = Math.min(checkpoint.tensors.length, base.tensors.length);
  // An adapter in the model's place lacks all of it.
  return smaller > 0 && !holdsLooseAdapter(checkpoint) && matched * MOST_STRANGERS < smaller && modelType(checkpoint.config) !== modelType(base.config);
}
