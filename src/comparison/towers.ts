import { UNCOUNTED } from '../architecture/facts.ts';
import type { ClassFacts, ParameterFacts } from '../architecture/facts.ts';
import type { JsonObject } from '../inventory/checkpoint.ts';
import { objectAt, valueAt } from '../inventory/config.ts';
import { stars } from './pattern.ts';

/** Configs of the text model within a model, as against its towers. */
const TEXT_CONFIG = /text|decoder|language|llm/;

/** Where the models within a model sit that are not its text model (a vision or audio tower): their paths in memory names. */
export function towerPaths(facts: ClassFacts | null): readonly string[] {
  return (facts?.submodels ?? []).flatMap(({ path, config }) => (config === null || TEXT_CONFIG.test(config) ? [] : [path]));
}

/** A test for names in memory that belong to a tower. */
export function towerTest(facts: ClassFacts | null): (memory: string) => boolean {
  const prefixes = towerPaths(facts).map((path) => `${path}.`);
  return (memory) => prefixes.some((prefix) => memory.startsWith(prefix));
}

/**
 * A test for names of towers that are built of stages unlike each other (convolutional encoders of images): lists of
 * settings say how many there are and how wide, so that no formula holds and none is due that is not there.
 */
export function stagedTowerTest(facts: ClassFacts | null): (name: string) => boolean {
  const memory = (facts?.groups ?? []).flatMap(({ parameters }) => parameters.map((parameter) => parameter.memory));
  // A stage that the facts know by its number, with a list of blocks in it.
  const prefixes = towerPaths(facts).map((path) => `${path}.`).filter((prefix) => memory.some((name) => name.startsWith(prefix) && /\.\d+\..*\*/.test(name.slice(prefix.length - 1))));
  return (name) => prefixes.some((prefix) => name.startsWith(prefix));
}

/**
 * A test for plain layers of a sequence that is always the same (`merger.mlp.0`, `merger.mlp.2`): their numbers are names,
 * and count no stages as long as every configuration that was built had all of them.
 */
export function fixedSequenceTest(facts: ClassFacts): (memory: string) => boolean {
  const sequences = new Map<string, boolean>();
  for (const { presence, parameters } of facts.groups) {
    for (const { memory } of parameters) {
      const sequence = sequenceOf(memory);
      if (sequence !== null) sequences.set(sequence, presence === 'always' && sequences.get(sequence) !== false);
    }
  }
  return (memory) => sequences.get(sequenceOf(memory) ?? '') === true;
}

/** The sequence in which a plain layer stands that is in no list: `visual.merger.mlp` of `visual.merger.mlp.0.weight`. */
function sequenceOf(memory: string): string | null {
  return /^([^*\d]*)\.\d+\.[^.*]+$/.exec(memory)?.[1] ?? null;
}

/**
 * A test for names in lists of stages: what each stage holds (blocks, and how wide they are) is its own, since lists of
 * settings tell it (`depths` of Swin), and one stage proves nothing about the next. The facts show such a list by the
 * list within it that no setting counts; where the number of stages looks like one of layers, the config's `depths` tell.
 */
export function stagedListTest(facts: ClassFacts, config: JsonObject | null): (name: string) => boolean {
  const prefixes = new Set<string>();
  for (const { disk, memory } of facts.groups.flatMap(({ parameters }) => parameters)) {
    const [outer, inner] = [disk.indexOf('*'), disk.lastIndexOf('*')];
    if (outer === inner || stars(disk) !== stars(memory) || isCounted(facts, disk.slice(0, inner - 1))) continue;
    if ((!isCounted(facts, disk.slice(0, outer - 1)) || countsStages(facts.layers[disk.slice(0, outer - 1)] ?? null)) || stageDepths(facts, config, memory) !== null) prefixes.add(memory.slice(0, memory.indexOf('*')));
  }
  const all = [...prefixes];
  return (name) => all.some((prefix) => name.startsWith(prefix));
}

/** Whether a setting is known to count a list. */
export function isCounted(facts: ClassFacts, list: string): boolean {
  return ![undefined, null, UNCOUNTED].includes(facts.layers[list]);
}

/** A setting that counts stages rather than layers, or a list with an entry for each. */
const STAGE_COUNT = /(?:^|_)(?:stages|encoder_blocks)$|\.length$/;

/** Whether a setting counts the stages of a list. */
export function countsStages(key: string | null): boolean {
  return key !== null && STAGE_COUNT.test(key);
}

/** How many blocks each stage has by the config, for a name in a list of stages; null where it does not say. */
export function stageDepths(facts: ClassFacts, config: JsonObject | null, memory: string): readonly number[] | null {
  // A list within a stage that has its number in the name is one of blocks.
  if (/\.\d+\./.test(memory.slice(0, memory.indexOf('*')))) return null;
  const inside = facts.submodels.filter((submodel) => submodel.config !== null && memory.startsWith(`${submodel.path}.`)).sort((a, b) => b.path.length - a.path.length);
  const own = inside[0]?.config == null ? config : objectAt(config, inside[0].config);
  const depths = valueAt(own, 'depths') ?? valueAt(own, 'depth');
  return Array.isArray(depths) && depths.every((depth) => Number.isSafeInteger(depth) && depth >= 0) ? depths : null;
}

/**
 * A test for names of models within of which nothing is known (a type of its own), and of towers that another library
 * builds (timm), whose parameters follow from the name of an architecture in the config, where most of what is stored
 * there is not of the architecture that the facts saw: they call for nothing of it then, and nothing of it is surplus.
 * @param stored memory patterns of what is stored; asked for only where there is such a tower
 */
export function foreignTowerTest(facts: ClassFacts | null, stored: () => Iterable<string>): (memory: string) => boolean {
  const prefixes = (facts?.submodels ?? []).filter((submodel) => submodel.modelType.startsWith('timm_') || submodel.class === '').map(({ path }) => `${path}.`);
  if (facts === null || prefixes.length === 0) return () => false;
  const known = new Set(facts.groups.flatMap(({ parameters }) => parameters.map(({ memory }) => memory)));
  const strangers = new Map(prefixes.map((prefix) => [prefix, 0]));
  for (const pattern of stored()) {
    const prefix = prefixes.find((start) => pattern.startsWith(start));
    if (prefix !== undefined) strangers.set(prefix, (strangers.get(prefix) ?? 0) + (known.has(pattern) ? -1 : 1));
  }
  const foreign = prefixes.filter((prefix) => (strangers.get(prefix) ?? 0) > 0);
  return (memory) => foreign.some((prefix) => memory.startsWith(prefix));
}

/** Parameters that a module has at least, so that it is left out as a whole, or shared, rather than lost: a norm has two. */
export const LARGE_MODULE = 4;

/** The module of a tower that a parameter is in: its path down to a segment named `head` or `pooler`, else the parameter's own. */
export function moduleIn(memory: string): string {
  return /^.*?\.(?:head|pooler)(?=\.)/.exec(memory)?.[0] ?? memory;
}

/**
 * Modules of towers of which nothing is stored, while others of the tower are: a pooling head that the model has no use
 * for is left out by settings that no config class declares (`vision_use_head` of SigLIP within PaliGemma).
 * @param stored memory patterns of what is stored
 */
export function leftOutModules(parameters: readonly ParameterFacts[], isInTower: (memory: string) => boolean, stored: ReadonlyMap<string, unknown>): ReadonlySet<string> {
  const modules = new Map<string, { count: number; stored: boolean }>();
  for (const { memory } of parameters) {
    if (!isInTower(memory)) continue;
    const known = modules.get(moduleIn(memory)) ?? { count: 0, stored: false };
    modules.set(moduleIn(memory), { count: known.count + 1, stored: known.stored || stored.has(memory) });
  }
  const absent = [...modules].filter(([, module]) => !module.stored && module.count >= LARGE_MODULE).map(([path]) => path);
  return absent.length > 0 && [...stored.keys()].some(isInTower) ? new Set(absent) : new Set();
}
