import type { Tree, TreeEntry } from './tree.ts';

/** Keys under which containers and launchers are given variables and arguments. */
const ENVIRONMENT = /^(?:env|environment|env_vars?|extra_env)$/;
const ARGUMENTS = /^(?:command|(?:\w+_)?args)$/;
/** A command that means what it says: nothing that a shell would expand or quote. */
const PLAIN_COMMAND = /^[\w ./=:@-]+$/;

/**
 * The variables or arguments that a container is given, as a mapping: `- name: MODEL_ID` with its `value:`,
 * `- MODEL_ID=org/name`, `[--model, org/name]`, `--model-id org/name`. Null where the key is for something else.
 * @param key normalised
 */
export function containerSettings(key: string, value: Tree): Tree | null {
  if (ENVIRONMENT.test(key)) return value.kind === 'list' ? { kind: 'map', entries: value.items.flatMap(variable) } : value;
  return ARGUMENTS.test(key) && value.kind !== 'map' ? { kind: 'map', entries: flags(words(value)) } : null;
}

function variable(item: Tree): TreeEntry[] {
  if (item.kind === 'text') {
    const equals = item.text.indexOf('=');
    return equals < 0 ? [] : [{ key: item.text.slice(0, equals), value: { ...item, text: item.text.slice(equals + 1) } }];
  }
  if (item.kind !== 'map') return [];
  const name = item.entries.find(({ key }) => key === 'name')?.value;
  const value = item.entries.find(({ key }) => key === 'value')?.value;
  return name?.kind === 'text' && value !== undefined ? [{ key: name.text, value }] : [];
}

type Text = Extract<Tree, { kind: 'text' }>;

function words(value: Tree): readonly Text[] {
  if (value.kind === 'list') return value.items.map((item): Text => (item.kind === 'text' ? item : { kind: 'text', text: '', line: 0 }));
  if (value.kind !== 'text' || !PLAIN_COMMAND.test(value.text)) return [];
  return value.text.split(/ +/).map((text) => ({ ...value, text }));
}

/** `--name value` and `--name=value`. What belongs to no flag may be anything. */
function flags(all: readonly Text[]): TreeEntry[] {
  return all.flatMap((word, i): TreeEntry[] => {
    // Headcheck's own `--base` is what a checkpoint is compared with.
    if (!/^--[A-Za-z]/.test(word.text) || /^--base(?:=|$)/.test(word.text)) return [];
    const equals = word.text.indexOf('=');
    if (equals > 0) return [{ key: word.text.slice(0, equals), value: { ...word, text: word.text.slice(equals + 1) } }];
    const next = all[i + 1];
    return next === undefined || next.text === '' || next.text.startsWith('-') ? [] : [{ key: word.text, value: next }];
  });
}
