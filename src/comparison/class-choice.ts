import { RELEASES } from '../architecture/facts.ts';
import type { ClassFacts, ModelTypeFacts, Task } from '../architecture/facts.ts';
import { classFacts, intendedClass } from '../architecture/index.ts';
import type { Checkpoint, JsonObject } from '../inventory/checkpoint.ts';
import { booleanAt } from '../inventory/config.ts';
import { ShapeFacts } from './shapes.ts';

/** Tasks whose class a checkpoint saved from a bare class was most likely meant for, the most specific first. */
const GENERATIVE: readonly Task[] = ['image-text-to-text', 'causal-lm', 'seq2seq-lm'];
const ENCODER_DECODER: readonly Task[] = ['seq2seq-lm', ...GENERATIVE];

/**
 * The generative class of a model type, by the newest release that has one; null where there is none. Of an encoder and
 * decoder whose auto class offers the decoder alone (Whisper's speech class is none of text), the class that holds both.
 */
export function generativeClass(facts: ModelTypeFacts, config: JsonObject | null): string | null {
  const isOfTwoSides = booleanAt(config, 'is_encoder_decoder') === true;
  for (const release of [...RELEASES].reverse()) {
    for (const task of isOfTwoSides ? ENCODER_DECODER : GENERATIVE) {
      const name = intendedClass(facts, task, release);
      if (name === null) continue;
      const [bare, found] = [facts.classes.find((entry) => entry.bare && entry.release === release), classFacts(facts, name, release)];
      if (!isOfTwoSides || bare === undefined || found === null || holdsMostOf(found, bare)) return name;
      return facts.classes.find((entry) => entry.release === release && entry.outputEmbedding !== null && holdsMostOf(entry, bare))?.class ?? name;
    }
  }
  return null;
}

/** Encoders are used bare as often as with a head, so that a bare class proves nothing. */
export function isEncoder(facts: ModelTypeFacts | null, config: JsonObject | null): boolean {
  if (facts === null || booleanAt(config, 'is_encoder_decoder') === true) return false;
  return RELEASES.some((release) => intendedClass(facts, 'masked-lm', release) !== null);
}

/**
 * Whether some other class of the model type puts a head on a class, by what they share: most of its parameters are
 * that one's too. Of a model in two halves (CLIP) a classifier takes one alone, and onto many models within a model
 * nothing is put: those are what is released.
 */
export function carriesHeads({ classes }: ModelTypeFacts, bare: ClassFacts): boolean {
  return classes.some((other) => other.class !== bare.class && other.release === bare.release && holdsMostOf(other, bare));
}

function holdsMostOf(whole: ClassFacts, bare: ClassFacts): boolean {
  const own = [...new Set(parameterPaths(bare))];
  const tails = new Set(parameterPaths(whole).flatMap(tailsOf));
  return own.filter((path) => tails.has(path)).length > own.length * MOST_OF_A_MODEL;
}

const MOST_OF_A_MODEL = 0.6;

/** Names in memory of all parameters, with every number taken out. */
function parameterPaths({ groups }: ClassFacts): string[] {
  return groups.flatMap(({ parameters }) => parameters.map(({ memory }) => memory.replaceAll(/(?<=\.)(?:\d+|\*)(?=\.|$)/g, '*')));
}

/** A name, and the same without the one or two modules around it. */
function tailsOf(name: string): string[] {
  const inner = name.slice(name.indexOf('.') + 1);
  return [name, inner, inner.slice(inner.indexOf('.') + 1)];
}

/**
 * For a config that names no class: the class, offered by an auto class, whose own head is stored, as far as the class
 * has it under every config. Of several (heads of many kinds are called `classifier`) the one that fits best: whose
 * parameters outside of layers are there, and whose head has the shapes that the config calls for; then the largest.
 * Null where none is.
 */
export function classOfStoredHead(facts: ModelTypeFacts, checkpoint: Checkpoint): string | null {
  const stored = (name: string): boolean => isStored(checkpoint, name);
  let best: { readonly name: string; readonly size: number; readonly misfits: number } | null = null;
  for (const entry of facts.classes) {
    if (entry.bare || !entry.tasks.some((task) => task !== 'base' && task !== 'other')) continue;
    const head = ownHead(entry);
    if (head.length === 0 || !head.every(stored)) continue;
    const misfits = misfitsOf(entry, head, checkpoint, stored);
    if (best === null || misfits < best.misfits || (misfits === best.misfits && head.length > best.size)) best = { name: entry.class, size: head.length, misfits };
  }
  return best?.name ?? null;
}

/** Whether a name is stored, or the index tells of it. */
export function isStored({ tensors, index }: Checkpoint, name: string): boolean {
  return tensors.has(name) || index?.weightMap.has(name) === true;
}

/** What of a head must be stored: what is there under every config, and not tied to something else. */
function ownHead(facts: ClassFacts): readonly string[] {
  const head = new Set(facts.head);
  return alwaysStored(facts).filter((name) => head.has(name));
}

/** Parameters outside of layers that the class always has and that are tied to nothing, by their names in memory. */
function alwaysStored({ groups, ties }: ClassFacts): string[] {
  const tied = new Set(ties.map(({ target }) => target));
  const always = groups.flatMap(({ presence, parameters }) => (presence === 'always' ? parameters : []));
  return always.flatMap(({ memory }) => (tied.has(memory) || memory.includes('*') ? [] : [memory]));
}

/** How many parameters outside of layers are not there, or are of the head and have another shape than the config calls for. */
function misfitsOf(facts: ClassFacts, head: readonly string[], { tensors, config }: Checkpoint, stored: (name: string) => boolean): number {
  const shapes = new ShapeFacts(facts, config);
  const misshapen = head.filter((name) => {
    const row = tensors.row(name);
    const dims = shapes.dimensions(name);
    return row >= 0 && dims !== null && !tensors.shape(row).every((dim, i) => (dims[i] ?? dim) === dim);
  });
  return alwaysStored(facts).filter((name) => !stored(name)).length + misshapen.length;
}
