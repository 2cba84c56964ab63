import { distance } from 'fastest-levenshtein';
import type { ModelTypeFacts } from './architecture/facts.ts';
import type { Checkpoint } from './inventory/checkpoint.ts';
import { architectures, hasRemoteCode } from './inventory/config.ts';
import { taskOf } from './diagnosis/python.ts';
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
 *
 * @param ofType the model type that has the declared class, where one has
 */
export function declarationOf({ reference, class: declared }: Pick<Target, 'reference' | 'class'>, checkpoint: Checkpoint, facts: ModelTypeFacts | null, ofType: string | null = null): Declaration {
  if (declared === undefined) return { class: null, refusal: null };
  const of = prose`${reference} is declared to be released as ${declared}`;
  const decided = decidedElsewhere(checkpoint);
  if (decided !== null) return { class: null, refusal: { severity: 'note', message: [...of, '. That has no effect: ', ...decided, '.'] } };
  if (facts === null || facts.classes.some((entry) => entry.class === declared) || architectures(checkpoint.config).includes(declared) || hasRemoteCode(checkpoint.config)) return { class: declared, refusal: null };
  const message = [...of, ...why(declared, facts, ofType), ...prose`, so it was judged without. Name a class of the model type ${facts.modelType}, such as `, ...alternatives(nearest(declared, facts)), '.'];
  return { class: null, refusal: { severity: 'error', message } };
}

/** Why the model type cannot have that class. */
function why(declared: string, { modelType }: ModelTypeFacts, ofType: string | null): Prose {
  if (AUTO.test(declared)) return [', which is an auto class and no model\'s own'];
  return ofType === null ? prose`, and the model type ${modelType} has no such class` : prose`, which is a class of the model type ${ofType}, and this is ${modelType}`;
}

const AUTO = /^(?:TF|Flax)?Auto(?:Model|Backbone)/;

/** The classes that are meant by an auto class; else those whose names are nearest. */
function nearest(declared: string, { classes }: ModelTypeFacts): string[] {
  const task = taskOf(declared);
  const meant = classes.filter(({ tasks }) => task !== null && tasks.includes(task));
  const names = [...new Set((meant.length > 0 ? meant : classes).map((entry) => entry.class))];
  return names.sort((a, b) => distance(declared, a) - distance(declared, b)).slice(0, OFFERED);
}

function decidedElsewhere({ components, format }: Checkpoint): Prose | null {
  if (components.length > 0) return prose`the ${'model_index.json'} of a pipeline names the class of each component`;
  if (format === 'adapter') return ['an adapter is put on a model of its base\'s class'];
  return format === 'gguf' ? ['a GGUF file is of no class of transformers'] : null;
}
