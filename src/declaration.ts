import { distance } from 'fastest-levenshtein';
import type { ModelTypeFacts } from './architecture/facts.ts';
import type { Checkpoint } from './inventory/checkpoint.ts';
import { architectures, hasRemoteCode } from './inventory/config.ts';
import { prose } from './report/report.ts';
import type { Notice, Prose } from './report/report.ts';
import type { Target } from './settings.ts';
import { alternatives } from './settings/wording.ts';

/** What becomes of the class that a team says it releases a checkpoint as. */
export interface Declaration {
  /** The class, where it counts; else null. */
  readonly class: string | null;
  /** Why it does not; null where it does, or none was declared. */
  readonly refusal: Pick<Notice, 'severity' | 'message'> | null;
}

/** How many classes are offered for one that does not exist. */
const OFFERED = 3;

/**
 * Takes a declared class at its word, unless the facts of the model type do not have it. Of a type without facts, and
 * of a class whose code is in the repo, nothing says otherwise. Pipelines, adapters and GGUF files have no class of their own.
 */
export function declarationOf({ reference, class: declared }: Pick<Target, 'reference' | 'class'>, checkpoint: Checkpoint, facts: ModelTypeFacts | null): Declaration {
  if (declared === undefined) return { class: null, refusal: null };
  const of = prose`${reference} is declared to be released as ${declared}`;
  const decided = decidedElsewhere(checkpoint);
  if (decided !== null) return { class: null, refusal: { severity: 'note', message: [...of, '. That has no effect: ', ...decided, '.'] } };
  if (facts === null || facts.classes.some((entry) => entry.class === declared) || architectures(checkpoint.config).includes(declared) || hasRemoteCode(checkpoint.config)) return { class: declared, refusal: null };
  const names = [...new Set(facts.classes.map((entry) => entry.class))].sort((a, b) => distance(declared, a) - distance(declared, b));
  const message = [...of, ...prose`, and the model type ${facts.modelType} has no such class, so it was judged without. Name a class of that type, such as `, ...alternatives(names.slice(0, OFFERED)), '.'];
  return { class: null, refusal: { severity: 'error', message } };
}

function decidedElsewhere({ components, format }: Checkpoint): Prose | null {
  if (components.length > 0) return prose`the ${'model_index.json'} of a pipeline names the class of each component`;
  if (format === 'adapter') return ['an adapter is put on a model of its base\'s class'];
  return format === 'gguf' ? ['a GGUF file is of no class of transformers'] : null;
}
