import type { ModelTypeFacts } from '../../architecture/facts.ts';
import type { Checkpoint } from '../../inventory/checkpoint.ts';
import type { Intent } from '../intent.ts';
import { Beside } from './beside.ts';
import type { AdapterComparison } from './evidence.ts';
import { findLacking } from './lacking.ts';
import { isRootless } from './names.ts';
import { isKnownMethod } from './parts.ts';
import { findUnsaved } from './saved.ts';
import { findMisshapen, findOtherVocabulary, findTieBreakers, findUnasked } from './sizes.ts';
import { findStrangers } from './strangers.ts';
import { findUntrained } from './tokens.ts';
import { wrapperOf } from './wrapper.ts';

/** Whether a checkpoint is an adapter and no model of its own. */
export function isAdapter(checkpoint: Checkpoint): boolean {
  return checkpoint.format === 'adapter';
}

/**
 * Looks at an adapter by itself, and beside its base where there is one: whether every module has the tensors that
 * its method stores, in sizes that fit, for modules that the base has, and for all of those that the config names.
 * @param intent of the base; where there is none, of what the adapter's folder tells of it
 */
export function compareAdapter(checkpoint: Checkpoint, base: Checkpoint | null, intent: Intent, facts: ModelTypeFacts | null): AdapterComparison {
  const beside = new Beside(checkpoint, base, intent, facts);
  const { settings, sorted, wrapped } = beside;
  const wrapper = wrapperOf(checkpoint.tensors.columns.names);
  const isWhole = checkpoint.tensors.length > 0 && checkpoint.parts.every((part) => part.state === 'read');
  return {
    type: settings.type,
    isKnownType: isKnownMethod(settings.type),
    hasConfig: checkpoint.adapterConfig !== null || checkpoint.files.some(({ path }) => path.endsWith('adapter_config.json')),
    modules: sorted.modules.size,
    lacking: isWhole ? findLacking(beside) : [],
    unsettled: isWhole ? findUnsaved(beside).unsettled : [],
    perhapsTied: isWhole ? findUntrained(beside).perhapsTied : [],
    ...findStrangers(beside),
    unread: sorted.unread.filter((name) => !isRootless(name, settings.type)),
    rootless: sorted.unread.filter((name) => isRootless(name, settings.type)),
    ...findMisshapen(beside),
    vocabulary: findOtherVocabulary(beside),
    unasked: wrapped === null ? findUnasked(beside) : [],
    breaksTie: findTieBreakers(beside),
    wrapper: wrapper === null ? null : { text: wrapper, kind: 'prefix', count: checkpoint.tensors.length },
  };
}
