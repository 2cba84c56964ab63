/** YAML, JSON and TOML in the same shape: mappings, lists and texts, each with its line. */
export type Tree =
  | { readonly kind: 'map'; readonly entries: readonly TreeEntry[] }
  | { readonly kind: 'list'; readonly items: readonly Tree[] }
  | { readonly kind: 'text'; readonly text: string; readonly line: number }
  /** null: nothing is written there */
  | { readonly kind: 'null' };

/** What a parser makes of a text. */
export interface Parsed {
  readonly trees: readonly Tree[];
  readonly broken: readonly Broken[];
}

/** A part of a text that could not be parsed. Lines count from 1. */
export interface Broken {
  readonly first: number;
  readonly last: number;
  /** Where, about, the parser met what it does not take. */
  readonly at: number;
}

/** The whole of a text that could not be parsed. */
export function allBroken(text: string, at: number): Broken {
  return { first: 1, last: lineCount(text), at };
}

/** Without the empty ones at the end. */
export function lineCount(text: string): number {
  return text.trimEnd().split('\n').length;
}

export interface TreeEntry {
  readonly key: string;
  readonly value: Tree;
}
