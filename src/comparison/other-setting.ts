import type { ClassFacts } from '../architecture/facts.ts';
import type { TensorTable } from '../format/tensor-table.ts';
import type { JsonObject } from '../inventory/checkpoint.ts';
import { isObject, numberAt } from '../inventory/config.ts';
import type { Comparison, Mismatch } from './comparison.ts';
import { dimension, settingsOf } from './dimension.ts';
import { patternIn } from './pattern.ts';
import { sameShape, ShapeFacts } from './shapes.ts';

/** A setting of the config that alone stands against what is stored. */
export interface OtherSetting {
  /** Dotted path in the config. */
  readonly key: string;
  readonly stated: number;
  /** The value with which every shape is as it is stored. */
  readonly fits: number;
}

/** Values that are tried for a setting besides the one that the ratio of the sizes gives: numbers of heads and groups are small. */
const SMALL = Array.from({ length: 512 }, (_, i) => i + 1);

/**
 * The settings of which each alone explains all of some mismatches: with another value of it their formulas give what is
 * stored, and nothing else that is stored fits less. One rank's slice has no such setting, since its matrices are cut
 * across heads and inner widths alike. Empty where a shape follows no formula.
 */
export function otherSettings(mismatched: readonly Mismatch[], { facts, config, stored, tensors }: { readonly facts: ClassFacts | null; readonly config: JsonObject | null; readonly stored: Comparison['stored']; readonly tensors: TensorTable }): OtherSetting[] {
  if (facts === null || config === null || mismatched.length === 0) return [];
  const shapes = new ShapeFacts(facts, config);
  const concerned = mismatched.map((item) => settingsBehind(item, shapes, config));
  const keys = concerned.reduce((shared, own) => shared.filter((key) => own.includes(key)));
  const others = othersByPattern(new Set(mismatched.map(({ memory }) => memory)), facts, stored, tensors);
  return keys.flatMap((key) => {
    const stated = numberAt(config, key);
    const fits = stated === null ? undefined : valuesFor(key, stated, mismatched[0], shapes, config).find((value) => fitsAll(new ShapeFacts(facts, withValue(config, key, value)), shapes, mismatched, others));
    return stated === null || fits === undefined ? [] : [{ key, stated, fits }];
  });
}

/** Settings that the formulas of the dimensions that differ are made of; none where no formula is known. */
function settingsBehind({ memory, expected, actual }: Mismatch, shapes: ShapeFacts, config: JsonObject): string[] {
  const formulas = expected.shape.length === actual.shape.length ? shapes.formulas(memory) : null;
  return [...new Set((formulas ?? []).flatMap((formula, axis) => (expected.shape[axis] === actual.shape[axis] ? [] : settingsOf(formula, config))))];
}

/** Values of a setting with which the formulas of one parameter give the shape that is stored. */
function valuesFor(key: string, stated: number, item: Mismatch | undefined, shapes: ShapeFacts, config: JsonObject): number[] {
  const formulas = item === undefined ? null : shapes.formulas(item.memory);
  if (item === undefined || formulas === null) return [];
  const ratios = item.expected.shape.flatMap((dim, axis) => (dim === item.actual.shape[axis] ? [] : [(item.actual.shape[axis] ?? 0) / dim]));
  const scaled = ratios.flatMap((ratio) => [stated * ratio, stated / ratio]).filter((value) => Number.isSafeInteger(value) && value > 0);
  return [...new Set([...scaled, ...SMALL])].filter((value) => {
    const other = withValue(config, key, value);
    return value !== stated && formulas.every((formula, axis) => dimension(formula, other) === item.actual.shape[axis]);
  });
}

/** Whether the formulas give what is stored of the mismatches, and give of nothing else something worse than before. */
function fitsAll(shapes: ShapeFacts, before: ShapeFacts, mismatched: readonly Mismatch[], others: ReadonlyMap<string, readonly number[]>): boolean {
  const fits = (by: ShapeFacts, memory: string, shape: readonly number[]): boolean => by.dimensions(memory)?.every((dim, axis) => dim === null || dim === shape[axis]) !== false;
  return mismatched.every(({ memory, actual }) => sameShape(shapes.shape(memory) ?? [], actual.shape)) && [...others].every(([memory, shape]) => fits(shapes, memory, shape) || !fits(before, memory, shape));
}

/** The shape of one stored parameter of each pattern, of those that fit. */
function othersByPattern(mismatched: ReadonlySet<string>, facts: ClassFacts, stored: Comparison['stored'], tensors: TensorTable): ReadonlyMap<string, readonly number[]> {
  const seen = new Set<string>();
  const shapes = new Map<string, readonly number[]>();
  for (const [memory, row] of stored) {
    const { pattern } = patternIn(facts, 'memory', memory);
    if (seen.has(pattern) || mismatched.has(memory) || row >= tensors.length) continue;
    seen.add(pattern);
    shapes.set(memory, tensors.shape(row));
  }
  return shapes;
}

/** The same config with one value changed. */
function withValue(config: JsonObject, path: string, value: number): JsonObject {
  const [key = '', ...rest] = path.split('.');
  const inner = config[key];
  return { ...config, [key]: rest.length > 0 && isObject(inner) ? withValue(inner, rest.join('.'), value) : value };
}
