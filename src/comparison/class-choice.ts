import { RELEASES } from '../architecture/facts.ts';
import type { ClassFacts, ModelTypeFacts, ParameterFacts, Task } from '../architecture/facts.ts';
import { classFacts, intendedClass } from '../architecture/index.ts';
import { resolveTieFlag } from '../architecture/ties.ts';
import type { Checkpoint, JsonObject } from '../inventory/checkpoint.ts';
import { booleanAt } from '../inventory/config.ts';
import { isThere } from './condition.ts';
import { parameterPaths, stars, unnumbered } from './pattern.ts';
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
  if (facts === null || booleanAt(config, 'is_encoder_decoder') === true || booleanAt(config, 'is_decoder') === true) return false;
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

function withoutPrefix(name: string, { prefix }: ClassFacts): string {
  return name.startsWith(`${prefix}.`) ? name.slice(prefix.length + 1) : name;
}

/** A name, and the same without the one or two modules around it. */
function tailsOf(name: string): string[] {
  const inner = name.slice(name.indexOf('.') + 1);
  return [name, inner, inner.slice(inner.indexOf('.') + 1)];
}

/**
 * For a config that names no class: the class, offered by an auto class, whose own head is stored, as far as the
 * config calls for it. Of several (heads of many kinds are called `classifier`) the one that fits best: whose
 * parameters outside of layers are there, and whose head has the shapes that the config calls for; then the largest.
 * Null where none is.
 */
export function classOfStoredHead(facts: ModelTypeFacts, checkpoint: Checkpoint): string | null {
  const stored = storedIn(checkpoint);
  let best: { readonly name: string; readonly size: number; readonly misfits: number } | null = null;
  for (const entry of facts.classes) {
    if (entry.bare || !entry.tasks.some((task) => task !== 'base' && task !== 'other')) continue;
    const called = calledFor(entry, checkpoint.config);
    const head = called.filter(({ memory }) => entry.head.includes(memory));
    if (head.length === 0 || !head.every(stored)) continue;
    const misfits = called.filter((parameter) => !stored(parameter)).length + misshapenOf(entry, head, checkpoint);
    if (best === null || misfits < best.misfits || (misfits === best.misfits && head.length > best.size)) best = { name: entry.class, size: head.length, misfits };
  }
  return best?.name ?? null;
}

/**
 * For a config that names no class: a class of the model type other than the one that an auto class chose, of which the
 * checkpoint is a whole while it is none of the chosen one (the encoder of T5 by itself, the speech of SeamlessM4T). Null
 * where there is none. A bare class is not taken for another: it is what is left where a head is lost.
 */
export function otherWhole(facts: ModelTypeFacts, chosen: string, checkpoint: Checkpoint): string | null {
  const stored = storedIn(checkpoint);
  // What was saved from the bare class stands without the name of the model within.
  const isWhole = (entry: ClassFacts): boolean => calledFor(entry, checkpoint.config).every((parameter) => stored(parameter) || isStored(checkpoint, withoutPrefix(parameter.memory, entry)));
  if (facts.classes.some((entry) => entry.class === chosen && isWhole(entry))) return null;
  const paths = new Set((checkpoint.index === null ? checkpoint.tensors.columns.names : [...checkpoint.index.weightMap.keys()]).map(unnumbered));
  const holdsAll = ({ groups }: ClassFacts): boolean => {
    const own = new Set(groups.flatMap(({ parameters }) => parameters.flatMap(({ memory, disk }) => [unnumbered(memory), unnumbered(disk)])));
    return [...paths].every((path) => own.has(path));
  };
  return facts.classes.find((entry) => !entry.bare && entry.class !== chosen && isWhole(entry) && holdsAll(entry))?.class ?? null;
}

/** Whether something is stored of each stack of layers that a class has: of Funnel's encoder by itself nothing is of the decoder. */
export function holdsEachStack(facts: ModelTypeFacts, name: string, checkpoint: Checkpoint): boolean {
  const stacks = facts.classes.flatMap((entry) => (entry.class === name ? Object.keys(entry.layers).filter((list) => stars(list) === 0) : []));
  return stacks.length > 0 && stacks.every((list) => checkpoint.tensors.columns.names.some((stored) => stored.startsWith(`${list}.`)));
}

/** Whether a name is stored, or the index tells of it. */
export function isStored({ tensors, index }: Checkpoint, name: string): boolean {
  return tensors.has(name) || index?.weightMap.has(name) === true;
}

function storedIn(checkpoint: Checkpoint): (parameter: ParameterFacts) => boolean {
  return ({ memory, disk }) => isStored(checkpoint, memory) || isStored(checkpoint, disk);
}

/** Parameters outside of layers that the class has under every config, or by what this one states, and that this one ties to nothing (of two tied ones either may be stored). */
function calledFor(facts: ClassFacts, config: JsonObject | null): ParameterFacts[] {
  const isTied = resolveTieFlag(config ?? {}, facts).value;
  const tied = new Set(facts.ties.flatMap(({ target, source, byFlag }) => (isTied || !byFlag ? [target, source] : [])));
  const called = facts.groups.filter(({ presence, when }) => presence === 'always' || (when !== null && isThere(when, config) === true));
  return called.flatMap(({ parameters }) => parameters.filter(({ memory }) => !tied.has(memory) && !memory.includes('*')));
}

/** How many parameters of a head have another shape than the config calls for. */
function misshapenOf(facts: ClassFacts, head: readonly ParameterFacts[], { tensors, config }: Checkpoint): number {
  const shapes = new ShapeFacts(facts, config);
  return head.filter(({ memory, disk }) => {
    const row = Math.max(tensors.row(disk), tensors.row(memory));
    const dims = shapes.dimensions(memory);
    return row >= 0 && dims !== null && !tensors.shape(row).every((dim, i) => (dims[i] ?? dim) === dim);
  }).length;
}
