import { containerSettings } from './container.ts';
import { isForeign, isServiceKey, normaliseKey, revisionKeys, strengthOf } from './keys.ts';
import { MAX_DEPTH } from './limits.ts';
import type { Candidate } from './candidate.ts';
import type { Tree } from './tree.ts';

export interface TreeOptions {
  /** Whether weak keys count. */
  readonly isWeakAllowed: boolean;
  /** Only these keys count, where given (the front matter of a model card). */
  readonly only?: readonly string[];
  /** Whether what stands around the lines at hand is not known. */
  readonly isFragment?: boolean;
}

/** Keys that have a `base` beside them: of the action, of a config file like Headcheck's. */
const BASED = ['reference', 'checkpoint', 'checkpoints'];

/** mergekit's `model+adapter`. No repository has a plus in its name. */
const PLUS = /(?<=[\w-])\+(?=[\w./-])/;

/** Finds the texts that stand where references stand. */
export function findInTree(tree: Tree, options: TreeOptions, ancestors: readonly string[] = []): Candidate[] {
  if (ancestors.length > MAX_DEPTH) return [];
  if (tree.kind === 'list') return tree.items.flatMap((item) => findInTree(item, options, [...ancestors, '']));
  if (tree.kind === 'text') return ancestors.some(isForeign) || options.only !== undefined ? [] : links(tree);
  if (tree.kind === 'null') return [];
  const entries = tree.entries.map(({ key, value }) => ({ key: normaliseKey(key), value }));
  // By key, so that a mapping of very many entries is not searched once for each.
  const byKey = new Map(entries.toReversed().map(({ key, value }) => [key, value]));
  const isService = [...byKey.keys()].some(isServiceKey);
  if (['_target_', '_component_', 'class_path'].some((key) => isWithoutWeights(byKey.get(key)))) return [];
  const base = byKey.get('base') ?? null;
  const based = base === null ? [] : BASED.filter((key) => byKey.has(key));
  const naming = [...byKey.keys()].filter((key) => strengthOf(key, []) !== null);
  return entries.flatMap(({ key, value }) => {
    // What a checkpoint was made from is no checkpoint to check; a line by itself may stand below any.
    if (key === 'base' && (based.length > 0 || ancestors.at(-1) === 'with' || options.isFragment === true)) return [];
    const found = findUnder(key, value);
    return base?.kind === 'text' && based.includes(key) ? found.map((candidate) => ({ base: base.text, ...candidate, lines: [...candidate.lines, base.line] })) : found;
  });

  function findUnder(key: string, value: Tree): Candidate[] {
    const strength = strengthOf(key, ancestors);
    const isKnown = strength === 'strong' || (strength === 'weak' && options.isWeakAllowed && !isService);
    const texts = textsOf(value);
    // Hydra's list of which files a config is put together from: `model: llama/base` names one.
    if (key === 'defaults' && value.kind === 'list') return [];
    if (!isKnown || texts.length === 0) return findBelow(key, value, options, ancestors);
    if (options.only !== undefined && !options.only.includes(key)) return [];
    const revision = revisionOf(revisionKeys(key, naming), byKey);
    if (revision === 'unclear') return [];
    // Some lists are one text: `adapter_name_or_path: org/a,org/b`.
    const parts = strength === 'strong' ? /\s*,\s*|(?<=[\w-])\+(?=[\w./-])/ : PLUS;
    return texts.flatMap(({ text, line }) => text.split(parts).map((part) => ({ text: part, line }))).map(({ text, line }): Candidate => ({
      text, kind: options.only === undefined ? 'key' : 'model-card', revision: revision?.text ?? null, folder: null,
      lines: revision === null ? [line] : [line, revision.line], isWeak: strength === 'weak',
    }));
  }
}

/** A Compose file's `services:` are no model services where a container's settings begin. */
function findBelow(key: string, value: Tree, options: TreeOptions, ancestors: readonly string[]): Candidate[] {
  const settings = containerSettings(key, value);
  if (settings === null) return findInTree(value, options, [...ancestors, key]);
  return findInTree(settings, options, [...ancestors.map((name) => (name === 'services' ? '' : name)), key]);
}

/** Whether a class that a config names (Hydra, torchtune, Lightning) loads none: a tokenizer's, a data set's. */
function isWithoutWeights(named: Tree | undefined): boolean {
  return named?.kind === 'text' && /token(?:izer|isation)|processor|feature_?extractor|config(?:\.from_pretrained)?$|scheduler|data_?set|data_?(?:module|loader)/i.test(named.text);
}

interface Text { readonly text: string; readonly line: number }

/** The text, or the texts of a list of nothing else. */
function textsOf(value: Tree): readonly Text[] {
  if (value.kind === 'text') return [value];
  if (value.kind !== 'list') return [];
  const texts = value.items.filter((item) => item.kind === 'text');
  return texts.length === value.items.length ? texts : [];
}

function links({ text, line }: Text): Candidate[] {
  return [{ text, kind: 'link', revision: null, folder: null, lines: [line], isWeak: false }];
}

/** The revision beside the reference; `unclear` where something stands there that is no plain text. */
function revisionOf(names: readonly string[], byKey: ReadonlyMap<string, Tree>): Text | null | 'unclear' {
  for (const name of names) {
    const value = byKey.get(name);
    if (value === undefined || value.kind === 'null') continue;
    return value.kind === 'text' ? value : 'unclear';
  }
  return null;
}
