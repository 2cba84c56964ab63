import type { Intent } from '../comparison/intent.ts';
import { pretrained, SAVE_REPAIRED } from './python.ts';
import { quote } from './words.ts';

/** So many names stand in the code one by one; of more it takes what the loader reports missing. */
const FEW_NAMES = 8;

/** What of the base's head is to be put back into the model. */
export type Repair =
  /** A module as a whole: all of it is missing, and nothing in it is tied to what is outside of it. */
  | { readonly kind: 'module'; readonly module: string }
  | { readonly kind: 'names'; readonly names: readonly string[] }
  /** Whatever the loader reports missing below these module paths. */
  | { readonly kind: 'below'; readonly prefixes: readonly string[] };

/**
 * Chooses what to copy so that nothing that was trained is written over: a module that shares a parameter with the
 * rest of the model (BERT's `cls.predictions` holds the word embedding) must not be copied as a whole (run).
 * @param names the missing parameters of the head, as they are called in memory
 * @param stored names in memory of what the checkpoint stores
 */
export function planRepair(names: readonly string[], stored: Iterable<string>, { facts, tied }: Pick<Intent, 'facts' | 'tied'>): Repair {
  const [first] = names;
  const module = first?.replace(/\.[^.]*$/, '') ?? '';
  const isInside = (name: string): boolean => name.startsWith(`${module}.`);
  const isShared = facts === null ? names.length > 1 : facts.ties.some((tie) => (!tie.byFlag || tied !== false) && isInside(tie.target) !== isInside(tie.source));
  if (module !== '' && names.every(isInside) && !isShared && ![...stored].some(isInside)) return { kind: 'module', module };
  if (names.length <= FEW_NAMES) return { kind: 'names', names };
  return { kind: 'below', prefixes: [...new Set(names.map((name) => `${name.split('.')[0] ?? ''}.`))] };
}

interface RepairOf {
  readonly loading: string;
  readonly checkpoint: string;
  readonly base: string;
  /** Whether the checkpoint's config lacks the base's labels, which say how many rows the head has. */
  readonly labels?: boolean;
}

const LABELS = ', num_labels=base.config.num_labels, id2label=base.config.id2label, label2id=base.config.label2id';

/** Python that puts the base's head into the model and saves it. Its forms were run with both releases of transformers. */
export function repairCode(repair: Repair, { loading, checkpoint, base, labels = false }: RepairOf): string {
  const model = (options: string): string => `${loading}.from_pretrained(${pretrained(checkpoint)}, dtype="auto"${labels ? LABELS : ''}${options})`;
  const ofBase = `base = ${loading}.from_pretrained(${pretrained(base)}, dtype="auto")`;
  return [
    `from transformers import ${loading}`, '',
    ...(labels ? [ofBase] : []),
    repair.kind === 'below' ? `model, info = ${model(', output_loading_info=True')}` : `model = ${model('')}`,
    ...(labels ? [] : [ofBase]),
    ...copying(repair),
    ...SAVE_REPAIRED,
  ].join('\n');
}

function copying(repair: Repair): string[] {
  if (repair.kind === 'module') return [`model.${repair.module}.load_state_dict(base.${repair.module}.state_dict())`];
  const head = repair.kind === 'names'
    ? ['head = [', ...repair.names.map((name) => `    ${quote(name)},`), ']']
    : [`head = [name for name in info["missing_keys"] if name.startswith((${repair.prefixes.map((prefix) => `${quote(prefix)},`).join(' ')}))]`];
  return ['state = base.state_dict()', ...head, 'model.load_state_dict({name: state[name] for name in head}, strict=False)'];
}
