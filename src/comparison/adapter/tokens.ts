import { getOrAdd, push } from '../multimap.ts';
import type { Beside } from './beside.ts';
import { Endings } from './endings.ts';
import type { Ending } from './endings.ts';
import { LONGEST_NAME } from './names.ts';
import { parameterByLayers } from './saved.ts';
import type { AdapterSettings, TrainedTokens } from './settings.ts';

/** What stores the values of trained tokens, beside their module. */
export const TOKENS = 'token_adapter.trainable_tokens_delta';

/** A module whose tokens were trained and of which nothing is stored. */
interface Untrained {
  /** Its name, or what the config says of it; null for an input embedding whose name is not known. */
  readonly module: string | null;
  /** Whether that is where it stands in the model. */
  readonly isPlaced: boolean;
  /** Null where no base tells the width. */
  readonly shape: readonly number[] | null;
}

/** What `trainable_token_indices` calls for and is not stored. */
interface UntrainedModules {
  readonly lost: readonly Untrained[];
  readonly perhapsTied: readonly string[];
}

/** Modules whose names end in each name of the config, as PEFT finds them: letter for letter. */
type ByName = ReadonlyMap<string, readonly string[]>;

/**
 * Trained tokens of which nothing is stored. Each module whose name ends in one that the config names stores its own, but for
 * what is tied to the embedding where both are named with the same tokens: the embedding's stand for both (run: peft 0.21 on Llama,
 * GPT-2 and T5, tied and not).
 */
export function findUntrained(beside: Beside): UntrainedModules {
  const { settings: { trainedTokens, type }, sorted } = beside;
  if (trainedTokens.length === 0 || type !== 'LORA' || sorted.modules.size === 0) return { lost: [], perhapsTied: [] };
  const storing = [...sorted.modules].flatMap(([module, tensors]) => (tensors.some(({ part }) => part?.includes('trainable_tokens_') === true) ? [module] : []));
  const [first] = trainedTokens;
  if (first?.module === null) return { lost: storing.length > 0 ? [] : [embedding(beside, first)], perhapsTied: [] };
  return byName(beside, trainedTokens.flatMap((tokens) => (tokens.module === null ? [] : [{ ...tokens, module: tokens.module }])), storing);
}

/** Whether the values of a module's tokens are rightly none: PEFT stores no rows where the config lists no token (run: peft 0.21). */
export function trainsNone({ trainedTokens }: AdapterSettings): (module: string) => boolean {
  const endings = new Endings(trainedTokens.flatMap(({ module }) => module ?? []));
  const isList = trainedTokens.some(({ module }) => module === null);
  return (module) => !isList && endings.of(module) === null;
}

function byName(beside: Beside, trained: readonly (TrainedTokens & { readonly module: string })[], storing: readonly string[]): UntrainedModules {
  const endings = new Endings(trained.map(({ module }) => module));
  const stored = modulesByName(endings, storing);
  const inBase = modulesByName(endings, (beside.wrapped?.parameters() ?? []).flatMap(({ name }) => (name.endsWith('.weight') ? [name.slice(0, -'.weight'.length)] : [])));
  const tied = modulesByName(endings, tiedModules(beside));
  const storedOf = new Map<string, Set<string>>();
  for (const { module, key } of trained) if (stored.has(module)) getOrAdd(storedOf, key, () => new Set()).add(module);
  const isAll = new Set(storing);
  const lost: Untrained[] = [];
  const perhapsTied: string[] = [];
  for (const tokens of trained) {
    const { module, key } = tokens;
    const wanted = inBase.get(module) ?? [];
    const absent = wanted.length === 0 ? (stored.has(module) ? [] : [placeOf(beside, tokens)]) : wanted.filter((name) => !isAll.has(name)).map((name) => placed(beside, name, tokens.count));
    const others = storedOf.get(key);
    const isStoredElsewhere = others !== undefined && others.size > Number(others.has(module));
    // Of a class of which nothing is known it is the head that is tied, whatever its name.
    const isTied = tied.has(module) || (beside.intent.facts === null && !isEmbedding(beside, module));
    if (absent.length === 0 || (isStoredElsewhere && beside.intent.tied === true && isTied)) continue;
    if (isStoredElsewhere && beside.intent.tied === null && !isEmbedding(beside, module)) perhapsTied.push(module);
    else lost.push(...absent);
  }
  return { lost, perhapsTied };
}

function modulesByName(endings: Endings, modules: readonly string[]): ByName {
  const found = new Map<string, string[]>();
  for (const module of modules) {
    if (module.length > LONGEST_NAME) continue;
    for (let ending: Ending | null = endings.of(module); ending !== null; ending = ending.within) push(found, ending.text, module);
  }
  return found;
}

/** Modules that share the embedding's weight in a model that ties them. */
function tiedModules({ intent, heads }: Beside): string[] {
  return [...(intent.facts?.ties ?? []).map(({ target }) => target), ...(heads.head === null ? [] : [heads.head])].map((name) => name.replace(/\.weight$/, ''));
}

/** Whether a name of the config is the input embedding's, whose tokens stand for those of what is tied to it. */
function isEmbedding(beside: Beside, name: string): boolean {
  return beside.heads.embedding?.endsWith(`${name}.weight`) ?? (beside.isVocabulary(name) && !beside.isHead(name));
}

/** The input embedding, under its name by the base or the layers. */
function embedding(beside: Beside, { count }: TrainedTokens): Untrained {
  const known = beside.heads.embedding ?? parameterByLayers(beside, 'embed_tokens');
  return known === null ? { module: null, isPlaced: false, shape: null } : placed(beside, known.replace(/\.weight$/, ''), count);
}

/** A module by the name that the config has for it, where the base does not place it. */
function placeOf(beside: Beside, { module, count }: TrainedTokens & { readonly module: string }): Untrained {
  const known = parameterByLayers(beside, module);
  return known === null ? { module, isPlaced: false, shape: null } : placed(beside, known.replace(/\.weight$/, ''), count);
}

function placed(beside: Beside, module: string, count: number): Untrained {
  const width = beside.shapeInBase(`${module}.weight`)?.[1];
  return { module, isPlaced: true, shape: width === undefined ? null : [count, width] };
}
