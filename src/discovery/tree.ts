/** YAML, JSON and TOML in the same shape: mappings, lists and texts, each with its line. */
export type Tree =
  | { readonly kind: 'map'; readonly entries: readonly TreeEntry[] }
  | { readonly kind: 'list'; readonly items: readonly Tree[] }
  | { readonly kind: 'text'; readonly text: string; readonly line: number }
  /** null: nothing is written there */
  | { readonly kind: 'null' };

export interface TreeEntry {
  readonly key: string;
  readonly value: Tree;
}
