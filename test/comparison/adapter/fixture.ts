import { readFileSync } from 'node:fs';
import type { ExampleCheckpoint } from '../../../src/diagnosis/rule.ts';
import { isObject } from '../../../src/inventory/config.ts';

type Tensors = Readonly<Record<string, readonly [string, ...number[]]>>;

/** What the real PEFT saved, by case (`scripts/fixtures/adapters/write_adapters.py`); `base` is the model under all of them. */
export interface Saved {
  readonly config: Readonly<Record<string, unknown>>;
  readonly tensors: Tensors;
}

function tensorsOf(value: unknown): Tensors {
  if (!isObject(value)) throw new TypeError('no tensors');
  return Object.fromEntries(Object.entries(value).map(([name, info]): [string, readonly [string, ...number[]]] => {
    if (!Array.isArray(info) || typeof info[0] !== 'string') throw new TypeError(name);
    return [name, [info[0], ...info.slice(1).map(Number)]];
  }));
}

const parsed: unknown = JSON.parse(readFileSync('test/fixtures/adapters/peft-0.21.json', 'utf8'));
if (!isObject(parsed)) throw new TypeError('no cases');

export const saved: ReadonlyMap<string, Saved> = new Map(Object.entries(parsed).map(([name, value]) => {
  if (!isObject(value) || !isObject(value['config'])) throw new TypeError(name);
  return [name, { config: value['config'], tensors: tensorsOf(value['tensors']) }];
}));

/** A case as a checkpoint; some of its tensors taken away or changed. */
export function adapterOf(name: string, change: (tensors: Tensors) => Tensors = (tensors) => tensors, config: Readonly<Record<string, unknown>> = {}): ExampleCheckpoint {
  const found = saved.get(name);
  if (found === undefined) throw new RangeError(name);
  const tensors = change(found.tensors);
  return {
    config: null, tensors, shards: { 'adapter_model.safetensors': Object.keys(tensors) },
    files: { 'adapter_config.json': JSON.stringify({ ...found.config, ...config }), 'model.safetensors.index.json': null },
  };
}

/** The small Llama under all cases. */
export function baseOf(): ExampleCheckpoint {
  const found = saved.get('base');
  if (found === undefined) throw new RangeError('base');
  return { config: found.config, tensors: found.tensors };
}

/** Tensors without those that a test names. */
export function without(drop: (name: string) => boolean): (tensors: Tensors) => Tensors {
  return (tensors) => Object.fromEntries(Object.entries(tensors).filter(([name]) => !drop(name)));
}
