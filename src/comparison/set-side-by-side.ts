import { parameterTest } from '../architecture/prefix.ts';
import type { ClassFacts, ModelTypeFacts } from '../architecture/facts.ts';
import { TableBuilder } from '../format/table-builder.ts';
import type { TensorTable } from '../format/tensor-table.ts';
import type { Checkpoint } from '../inventory/checkpoint.ts';
import { modelType, numberAt, vocabularySizes } from '../inventory/config.ts';
import { isAdapter } from './adapter/compare.ts';
import { setAdapterBeside } from './adapter/side.ts';
import { compare } from './compare.ts';
import type { Comparison } from './comparison.ts';
import { configChange } from './config-change.ts';
import { expectFromBase, isOfSameClass, withOthers, withOwnStructure } from './expect-base.ts';
import { expectFromFacts } from './expect-facts.ts';
import type { Expected } from './expected.ts';
import { setGgufAlone } from './gguf.ts';
import type { Intent } from './intent.ts';
import { loaderMapper } from './mapper.ts';
import type { NameMapper } from './names.ts';
import { Observed } from './observed.ts';
import { unpackBase, withoutPackedShapes } from './quantization/base.ts';
import type { UnpackedBase } from './quantization/base.ts';
import { unpackQuantized } from './quantization/unpack.ts';
import { resolveIntent } from './resolve-intent.ts';
import { sizingSettings } from './shapes.ts';
import type { SideBySide } from './side-by-side.ts';

/**
 * Compares a checkpoint with its base where that is comparable, else with what the facts of its class call for.
 * @param declared the class that its team says it releases; an adapter or a GGUF file has none
 */
export function setSideBySide(checkpoint: Checkpoint, base: Checkpoint | null, facts: ModelTypeFacts | null, declared: string | null = null): SideBySide {
  if (isAdapter(checkpoint)) return setAdapterBeside(checkpoint, base, facts);
  if (checkpoint.format === 'gguf' && base?.format !== 'gguf') return setGgufAlone(checkpoint, base, facts);
  if (base !== null && isOtherModel(checkpoint, base)) {
    return { ...setSideBySide(checkpoint, null, facts, declared), incomparable: base };
  }
  const intent = resolveIntent(checkpoint, base, facts, declared);
  const unpacked = unpackQuantized(withDeclared(checkpoint), checkpoint);
  const tensors = unpacked?.tensors ?? withDeclared(checkpoint);
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
      heads: intent.heads,
      tied: intent.tied,
      vocabularySize: vocabularySize(checkpoint, intent.facts),
      unpacked,
      packedInBase: unpackedBase?.packed ?? new Set(),
    },
    (name) => checkpoint.index?.weightMap.get(name) ?? null,
  );
  // Facts of another release, or of another part within the model, are no yardstick: then nothing is known of the class.
  if (base === null && facts !== null && isForeignTo(comparison, tensors.columns.names, intent.facts)) return setSideBySide(checkpoint, null, null, declared);
  if (base !== null && fitsNothing(comparison, checkpoint, base)) return { ...setSideBySide(checkpoint, null, facts, declared), incomparable: base };
  return { checkpoint, base, incomparable: null, intent, baseIntent: base === null ? null : resolveIntent(base, null, facts), comparison, adapter: null, quantization: unpacked?.quantization ?? null };
}

function expectation(tensors: TensorTable, checkpoint: Checkpoint, base: UnpackedBase | null, intent: Intent, mapper: NameMapper): (rows: readonly number[], names: readonly string[], memory: readonly string[]) => Expected {
  const { facts } = intent;
  const byFacts = (known: ClassFacts) => (rows: readonly number[], names: readonly string[], memory: readonly string[]): Expected => expectFromFacts(known, checkpoint.config, new Observed(known, tensors, checkpoint.tensors.length, rows, names, memory));
  if (base !== null) {
    const expected = withoutPackedShapes(expectFromBase(base.base, checkpoint.config, intent, mapper), base);
    if (facts === null || facts.groups.length === 0) return () => expected;
    const change = configChange(checkpoint.config, base.base.config, sizesAlone(facts));
    // What a base of another class does not have (a classifier's head) only the facts tell.
    const isSameClass = isOfSameClass(base.base, intent);
    if (isSameClass && change.structure.size === 0 && !change.sizes) return () => expected;
    // Of one type the names may all have another prefix (`transformer.` of LlamaForQuestionAnswering): it is a base all the same.
    const isOfSameType = modelType(base.base.config) === intent.modelType;
    return (rows, names, memory) => {
      if (!isOfSameType && !fits(expected, base.base.tensors.length, memory)) return expected;
      const own = byFacts(facts)(rows, names, memory);
      const amended = change.structure.size > 0 ? withOwnStructure(expected, own, facts, change) : isSameClass ? expected : withOthers(expected, own);
      return change.sizes || change.structure.size > 0 ? { ...amended, regular: knownShapes(own) } : amended;
    };
  }
  if (facts === null || facts.groups.length === 0) return (_rows, _names, memory) => ({ basis: 'none', tensors, memory, more: new Map(), shapeKnown: new Uint8Array(tensors.length), firstUnstored: 0 });
  return byFacts(facts);
}

/** Settings that size parameters and, as far as it was seen, decide about none. */
function sizesAlone(facts: ClassFacts): ReadonlySet<string> {
  const deciding = new Set([...Object.values(facts.layers), ...facts.groups.map(({ when }) => when?.key ?? null)]);
  return new Set([...sizingSettings(facts)].filter((setting) => !deciding.has(setting)));
}

/** The shapes that are known of what is called for, by name on disk. */
function knownShapes({ tensors, shapeKnown }: Expected): ReadonlyMap<string, readonly number[]> {
  return new Map(tensors.columns.names.flatMap((name, row) => (shapeKnown[row] === 1 ? [[name, tensors.shape(row)] as const] : [])));
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
  return types[0] !== null && types[1] !== null && (types[0] === types[1] ? otherWidth : otherWidth);
}

/** Whether most names are none that the facts know, and no wrapper explains it. */
function isForeignTo({ basis, wrapper, unexpected, missing, matched }: Comparison, names: readonly string[], facts: ClassFacts | null): boolean {
  if (facts === null || basis !== 'facts' || wrapper !== null || unexpected.length * 2 <= names.length || missing.length < matched) return false;
  // Names that merely lack a prefix which this loader does not put back are the class's own all the same.
  const isParameter = parameterTest(facts);
  const prefixes = new Set(facts.groups.flatMap(({ parameters }) => parameters.map(({ memory }) => memory.slice(0, memory.indexOf('.') + 1))));
  return ![...prefixes].some((prefix) => prefix !== '' && names.filter((name) => isParameter(prefix + name)).length * 2 > names.length);
}

/** Whether enough of a base is there, by the names in memory, for it to be a base. */
function fits({ memory: expected }: Expected, ofBase: number, memory: readonly string[]): boolean {
  const stored = new Set(memory);
  return expected.filter((name) => stored.has(name)).length * MOST_STRANGERS >= Math.min(ofBase, memory.length);
}

/** Of so many names one is the base's at least, where it is one. */
const MOST_STRANGERS = 4;

/** Whether next to nothing of the base's names stands in the checkpoint, though both hold a model's worth of tensors. */
function fitsNothing(comparison: Comparison, checkpoint: Checkpoint, base: Checkpoint): boolean {
  const { matched } = comparison.wrapper?.unwrapped ?? comparison;
  const smaller = Math.min(checkpoint.tensors.length, base.tensors.length);
  return smaller > 0 && matched * MOST_STRANGERS < smaller && modelType(checkpoint.config) !== modelType(base.config);
}
