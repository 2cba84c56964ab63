import { RELEASES } from '../architecture/facts.ts';
import type { ClassFacts, ModelTypeFacts, Task } from '../architecture/facts.ts';
import { intendedClass } from '../architecture/index.ts';
import type { Checkpoint, JsonObject } from '../inventory/checkpoint.ts';
import { booleanAt } from '../inventory/config.ts';

/** Tasks whose class a checkpoint saved from a bare class was most likely meant for, the most specific first. */
const GENERATIVE: readonly Task[] = ['image-text-to-text', 'causal-lm', 'seq2seq-lm'];
const ENCODER_DECODER: readonly Task[] = ['seq2seq-lm', ...GENERATIVE];

/** The generative class of a model type, by the newest release that has one; null where there is none. */
export function generativeClass(facts: ModelTypeFacts, config: JsonObject | null): string | null {
  const tasks = booleanAt(config, 'is_encoder_decoder') === true ? ENCODER_DECODER : GENERATIVE;
  for (const release of [...RELEASES].reverse()) {
    for (const task of tasks) {
      const name = intendedClass(facts, task, release);
      if (name !== null) return name;
    }
  }
  return null;
}

/** Encoders are used bare as often as with a head, so that a bare class proves nothing. */
export function isEncoder(facts: ModelTypeFacts | null, config: JsonObject | null): boolean {
  if (facts === null || booleanAt(config, 'is_encoder_decoder') === true) return false;
  return RELEASES.some((release) => intendedClass(facts, 'masked-lm', release) !== null);
}

/** For a config that names no class: the class, offered by an auto class, all of whose own head is stored; of several the one with the largest head. Null where none is. */
export function classOfStoredHead(facts: ModelTypeFacts, checkpoint: Checkpoint): string | null {
  const stored = (name: string): boolean => checkpoint.tensors.has(name) || checkpoint.index?.weightMap.has(name) === true;
  let best: { readonly name: string; readonly size: number } | null = null;
  for (const entry of facts.classes) {
    if (entry.bare || !entry.tasks.some((task) => task !== 'base' && task !== 'other')) continue;
    const head = ownHead(entry);
    if (head.length > (best?.size ?? 0) && head.every(stored)) best = { name: entry.class, size: head.length };
  }
  return best?.name ?? null;
}

/** What of a head must be stored: not what is tied to something else. */
function ownHead({ head, ties }: ClassFacts): readonly string[] {
  const tied = new Set(ties.map(({ target }) => target));
  return head.filter((pattern) => !tied.has(pattern) && !pattern.includes('*'));
}
