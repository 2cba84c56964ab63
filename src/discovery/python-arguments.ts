import type { Token } from './python-tokens.ts';

export type StringToken = Token & { readonly kind: 'string' };

export interface Argument {
  /** The name before `=`; null for a positional argument. */
  readonly keyword: string | null;
  /** The text, where the whole value is one plain string or the name of a constant that is one; else null. */
  readonly literal: StringToken | null;
  /** Whether `literal` stands elsewhere, under a name. */
  readonly isConstant: boolean;
  /** All texts of the value, as of a list. */
  readonly texts: readonly StringToken[];
  /** Whether the value is `None`. */
  readonly isNone: boolean;
  /** `*args` or `**kwargs`. */
  readonly isSpread: boolean;
}

export interface Call {
  readonly name: string;
  /** What stands before the last dot: `AutoModel` in `AutoModel.from_pretrained(…)`; empty for none. */
  readonly owner: string;
  /** The name in `name = call(…)` or `name: type = call(…)`; empty for none. */
  readonly assignedTo: string;
  /** Whether it defines the function or class. */
  readonly isDefinition: boolean;
  readonly args: readonly Argument[];
}

/** Arguments of a call beyond these are not looked at: generated tables of data have them. */
const MAX_ARGUMENTS = 64;
/** Tokens of a call that are looked at. With it the work stays linear in nested brackets. */
const MAX_CALL_TOKENS = 600;

/** Texts by the name that they are assigned to, where that happens once in the file. */
export type Constants = ReadonlyMap<string, StringToken>;

/** Finds `NAME = "text"` statements. A name that is assigned twice is no constant. */
export function constantsOf(tokens: readonly Token[]): Constants {
  const constants = new Map<string, StringToken | null>();
  tokens.forEach((token, i) => {
    if (token.kind !== 'name' || !isLineStart(tokens, i)) return;
    const isAssigned = tokens[i + 1]?.text === '=' && tokens[i + 2]?.text !== '=';
    if (!isAssigned && tokens[i + 1]?.text !== ':') return;
    const value = tokens[i + 2];
    const isText = isAssigned && value?.kind === 'string' && value.isPlain && (tokens[i + 3]?.kind ?? 'end') === 'end';
    constants.set(token.text, isText && !constants.has(token.text) ? value : null);
  });
  return new Map([...constants].flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}

/** Whether the token is the first of its line. */
export function isLineStart(tokens: readonly Token[], i: number): boolean {
  return (tokens[i - 1]?.kind ?? 'end') === 'end';
}

/** Takes apart the call whose `(` is at `open`; null where a bracket stands there for something else. */
export function splitArguments(tokens: readonly Token[], open: number, constants: Constants): Call | null {
  const callee = tokens[open - 1];
  if (callee?.kind !== 'name') return null;
  const hasOwner = tokens[open - 2]?.text === '.';
  const start = hasOwner ? open - 3 : open - 1;
  const ownerToken = hasOwner ? tokens[start] : undefined;
  const before = tokens[start - 1];
  const isDefinition = before?.kind === 'name' && (before.text === 'def' || before.text === 'class');
  return {
    name: callee.text,
    owner: ownerToken?.kind === 'name' ? ownerToken.text : '',
    assignedTo: assignedName(tokens, start),
    isDefinition,
    args: groupsFrom(tokens, open).slice(0, MAX_ARGUMENTS).map((group) => toArgument(group, constants)),
  };
}

/** The tokens between `(` and `)`, split at the commas of that depth; none where the bracket does not close. */
function groupsFrom(tokens: readonly Token[], open: number): Token[][] {
  const groups: Token[][] = [[]];
  let depth = 0;
  for (let i = open + 1; i < Math.min(tokens.length, open + MAX_CALL_TOKENS); i++) {
    const token = tokens[i];
    if (token === undefined) break;
    if (token.kind === 'mark') {
      if (depth === 0 && token.text === ')') return groups;
      if (depth === 0 && token.text === ',') {
        groups.push([]);
        continue;
      }
      if ('([{'.includes(token.text)) depth++;
      if (')]}'.includes(token.text)) depth--;
    }
    groups.at(-1)?.push(token);
  }
  return [];
}

function toArgument(group: readonly Token[], constants: Constants): Argument {
  const [first, second] = group;
  const isNamed = first?.kind === 'name' && second?.text === '=' && group[2]?.text !== '=';
  const value = isNamed ? group.slice(2) : group;
  const [only] = value.length === 1 ? value : [];
  const constant = only?.kind === 'name' ? constants.get(only.text) : undefined;
  return {
    keyword: isNamed ? first.text : null,
    literal: only?.kind === 'string' && only.isPlain ? only : (constant ?? null),
    isConstant: constant !== undefined,
    texts: value.filter((token) => token.kind === 'string'),
    isNone: only?.kind === 'name' && only.text === 'None',
    isSpread: first?.kind === 'mark' && first.text === '*',
  };
}

/** The name that the expression beginning at `start` is assigned to, on the same line. */
export function assignedName(tokens: readonly Token[], start: number): string {
  if (tokens[start - 1]?.text !== '=') return '';
  // Back over an annotation (`Optional[str]`) to the first token of the line.
  for (let i = start - 2; i >= Math.max(0, start - 24); i--) {
    const [token, before] = [tokens[i], tokens[i - 1]];
    if (before === undefined || before.kind === 'end') return token?.kind === 'name' ? token.text : '';
  }
  return '';
}

/** The text of a keyword argument; null where it is absent or `None`, `unclear` where it is no plain text. */
export function literalOf({ args }: Call, keyword: string): StringToken | null | 'unclear' {
  const argument = args.find((candidate) => candidate.keyword === keyword);
  if (argument === undefined || argument.isNone) return null;
  return argument.literal ?? 'unclear';
}
