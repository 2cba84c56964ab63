import { loadModelTypeFacts } from '../../src/architecture/index.ts';
import { setSideBySide } from '../../src/comparison/set-side-by-side.ts';
import type { SideBySide } from '../../src/comparison/side-by-side.ts';
import type { ExampleCheckpoint } from '../../src/diagnosis/rule.ts';
import { readExample } from './examples.ts';

/** Reads an example, and its base if it has one, and sets them side by side with what is known of its model type. */
export async function sideBySide(example: ExampleCheckpoint, base: ExampleCheckpoint | null = null): Promise<SideBySide> {
  const checkpoint = await readExample(example);
  const modelType = checkpoint.config?.['model_type'];
  const facts = typeof modelType === 'string' ? await loadModelTypeFacts(modelType) : null;
  return setSideBySide(checkpoint, base === null ? null : await readExample(base, './base'), facts);
}

/** The example with some tensors changed; null takes one away. */
export function edited(example: ExampleCheckpoint, change: Readonly<Record<string, readonly [string, ...number[]] | null>>): ExampleCheckpoint {
  const tensors = Object.entries({ ...example.tensors, ...change }).flatMap(([name, tensor]) => (tensor === null ? [] : [[name, tensor] as const]));
  return { ...example, tensors: Object.fromEntries(tensors) };
}
