import { formatHubReference, repoIdProblem, revisionProblem } from '../reference/hub-id.ts';
import type { Checkpoint } from './checkpoint.ts';
import { nameOrPath, stringAt } from './config.ts';

/** Where the base was named. `input`: on the command line or in the action's inputs; `config`: in Headcheck's config file. */
export type BaseFound = 'input' | 'config' | 'adapter-config' | 'model-card' | 'name-or-path';

/** A base to try. */
export interface BaseCandidate {
  /** A reference that can be opened: as the user wrote it, or `hf://org/name`. */
  readonly reference: string;
  readonly found: BaseFound;
}

/** A base that is named and cannot be used. */
export interface RejectedBase {
  /** What is written there. */
  readonly written: string;
  readonly found: BaseFound;
  /** Why it cannot be used, as the end of a sentence that begins with its name: `is a folder on the machine that saved it`. */
  readonly reason: string;
}

export interface BaseSearch {
  /** Best first; each of them once. */
  readonly candidates: readonly BaseCandidate[];
  readonly rejected: readonly RejectedBase[];
}

/**
 * Finds the model that a checkpoint was made from: what the user gave, else what the adapter's config, the model card
 * or the config's `_name_or_path` names, in that order. Nothing is looked up: whether a candidate exists shows when
 * it is opened.
 * @param given the base in the input or the config file; then nothing else is a candidate
 */
export function findBase(
  checkpoint: Pick<Checkpoint, 'reference' | 'config' | 'adapterConfig' | 'card'>,
  given: { readonly reference: string; readonly found: 'input' | 'config' } | null,
): BaseSearch {
  if (given !== null) return { candidates: [given], rejected: [] };
  const { adapterConfig, card, config, reference } = checkpoint;
  const search = new Search(reference);
  const adapterBase = stringAt(adapterConfig, 'base_model_name_or_path');
  if (adapterBase !== null) search.consider(adapterBase, 'adapter-config', stringAt(adapterConfig, 'revision'));
  const listed = [...new Set(card?.baseModels ?? [])];
  if (listed.length > 1) search.rejected.push({ written: listed.join(', '), found: 'model-card', reason: 'are several: the checkpoint was merged from them and none is its base' });
  else if (listed[0] !== undefined) search.consider(listed[0], 'model-card', null);
  const loadedFrom = nameOrPath(config);
  if (loadedFrom !== null) search.consider(loadedFrom, 'name-or-path', null);
  return { candidates: search.candidates, rejected: search.rejected };
}

class Search {
  readonly candidates: BaseCandidate[] = [];
  readonly rejected: RejectedBase[] = [];
  readonly #self: string | null;

  constructor(reference: string) {
    this.#self = repoOf(reference)?.toLowerCase() ?? null;
  }

  consider(written: string, found: BaseFound, revision: string | null): void {
    const repo = repoOf(written);
    const name = repo ?? LEGACY_NAMES.get(written) ?? written;
    const reason = this.#self !== null && repo?.toLowerCase() === this.#self ? 'is this checkpoint itself' : whyNoRepo(name);
    if (reason !== null) {
      this.rejected.push({ written, found, reason });
      return;
    }
    const isUseful = revision !== null && revision !== 'main' && revisionProblem(revision) === null;
    const reference = formatHubReference(name, isUseful ? revision : null, null);
    const known = this.candidates.some((other) => other.reference.toLowerCase() === reference.toLowerCase());
    if (!known) this.candidates.push({ reference, found });
  }
}

/** `org/name` of a reference to the Hub, without its revision; null for anything else. */
function repoOf(reference: string): string | null {
  const match = /^(?:hf:\/\/|https?:\/\/(?:www\.)?(?:huggingface\.co|hf\.co)\/)?([\w-][\w.-]*\/[\w.-]+?)(?:@[^/]+)?(?:\/(?:tree|resolve|blob)\/.*)?\/?$/.exec(reference);
  const repo = match?.[1];
  return repo === undefined || /^https?:/.test(repo) ? null : repo;
}

/** First folders of paths that people save into; no organisation of the Hub publishes base models under these names. */
const FOLDERS: ReadonlySet<string> = new Set([
  'output', 'outputs', 'out', 'result', 'results', 'checkpoint', 'checkpoints', 'ckpt', 'ckpts', 'model', 'models', 'save', 'saves', 'saved', 'saved_models',
  'run', 'runs', 'tmp', 'temp', 'data', 'log', 'logs', 'exp', 'exps', 'experiments', 'home', 'mnt', 'workspace', 'content', 'root', 'scratch', 'cache', 'src', 'train', 'weights',
  'pretrained', 'pretrained_models', 'base_models', 'llm', 'llms', 'local',
]);

/** Why a written name cannot be opened on the Hub; null where it can be. */
function whyNoRepo(name: string): string | null {
  if (/^(?:[/~.\\]|[A-Za-z]:[\\/]|file:)/.test(name) || name.includes('\\')) return 'is a path on the machine that saved it';
  if (/^[a-z][a-z0-9+.-]*:/i.test(name)) return 'is no repo of the Hub';
  const [owner = '', repo = '', ...rest] = name.split('/');
  if (repo === '' || rest.length > 0) return 'is no repo of the Hub (org/name) and looks like a folder on the machine that saved it';
  if (repoIdProblem(name) !== null) return 'is no valid name of a repo of the Hub';
  if (FOLDERS.has(owner.toLowerCase()) || /^(?:checkpoint|ckpt|step|epoch|global_step)[-_]?\d+$/.test(repo)) {
    return 'looks like a folder on the machine that saved it';
  }
  return null;
}

const familyOf = (owner: string, names: string): [string, string][] => names.split(' ').map((name) => [name, `${owner}/${name}`]);

/** Repos that had no organisation before 2024, and the names that the Hub redirects them to. */
const LEGACY_NAMES: ReadonlyMap<string, string> = new Map([
  ...familyOf('openai-community', 'gpt2 gpt2-medium gpt2-large gpt2-xl openai-gpt'),
  ...familyOf('google-bert', 'bert-base-uncased bert-base-cased bert-large-uncased bert-large-cased bert-base-multilingual-cased bert-base-multilingual-uncased bert-base-chinese bert-base-german-cased'),
  ...familyOf('distilbert', 'distilbert-base-uncased distilbert-base-cased distilbert-base-multilingual-cased distilgpt2 distilroberta-base'),
  ...familyOf('FacebookAI', 'roberta-base roberta-large roberta-large-mnli xlm-roberta-base xlm-roberta-large'),
  ...familyOf('google-t5', 't5-small t5-base t5-large t5-3b t5-11b'),
  ...familyOf('albert', 'albert-base-v1 albert-base-v2 albert-large-v2 albert-xlarge-v2 albert-xxlarge-v2'),
  ...familyOf('xlnet', 'xlnet-base-cased xlnet-large-cased'),
  ...familyOf('almanach', 'camembert-base'),
]);
