import type { Beside } from './beside.ts';
import type { AdapterComparison } from './evidence.ts';
import { storedParameter, wrappedModule } from './names.ts';
import { isKnownMethod } from './parts.ts';
import { isSaved } from './targets.ts';

type Strangers = Pick<AdapterComparison, 'strangers' | 'unplaced' | 'bare'>;

/** Tensors for modules that the base does not have, and whether they would fit its bare class. */
export function findStrangers(beside: Beside): Strangers {
  const { wrapped, sorted, settings } = beside;
  if (wrapped === null || !isKnownMethod(settings.type)) return { strangers: [], unplaced: [], bare: 'no' };
  const has = (module: string): boolean => wrapped.has(settings.repeatsLayers ? firstLayer(module) : module);
  const unknown = [...sorted.modules].filter(([module]) => !has(wrappedModule(module)));
  const fits = unknown.length > 0 && unknown.every(([module]) => wrapped.bareHas(wrappedModule(module)));
  if (fits && isForBare(beside)) return { strangers: [], unplaced: [], bare: 'declared' };
  if (!fits && !wrapped.isKnown) {
    const unplaced = unknown.map(([module]) => module).filter((module) => !wrapped.resembles(wrappedModule(module), sizes(beside, module)));
    return { strangers: [], unplaced, bare: 'no' };
  }
  const isNew = (name: string): boolean => !wrapped.has(name) && !wrapped.mayHave(name) && !isSaved(name, settings.modulesToSave);
  const whole = settings.repeatsLayers ? [] : sorted.whole.filter((tensor) => isNew(storedParameter(tensor)));
  return { strangers: [...unknown.flatMap(([, tensors]) => tensors), ...whole].map((tensor) => beside.info(tensor)), unplaced: [], bare: fits ? 'fits' : 'no' };
}

/** Whether the adapter is declared for the bare class: its task is embeddings, or all around it is. */
function isForBare({ settings, checkpoint, intent }: Beside): boolean {
  return settings.task === 'base' || checkpoint.sentenceTransformers !== null || intent.head.expected === false;
}

function sizes(beside: Beside, module: string): readonly [number, number] | null {
  const { a, b } = beside.loraShapes(module, beside.sorted.modules.get(module) ?? []);
  return a?.[1] === undefined || b?.[0] === undefined || beside.settings.adaptsParameters ? null : [a[1], b[0]];
}

/** With repeated layers a layer's number is not the base's: any layer shows whether there is such a module. */
function firstLayer(module: string): string {
  return module.replace(/\.\d+\./, '.0.');
}
