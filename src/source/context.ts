/** Something about the reading that a person who waits may want to see. */
export type SourceEvent =
  | { readonly kind: 'resolved'; readonly reference: string; readonly revision: string | null; readonly files: number }
  /** A range of `path` was read: `bytes` came over the net for it. */
  | { readonly kind: 'bytes'; readonly path: string; readonly bytes: number }
  /** A request is tried again after `seconds`; `host` asked for it or failed. */
  | { readonly kind: 'waiting'; readonly host: string; readonly seconds: number; readonly reason: string };

/** How GitHub is reached: for artifacts, LFS objects and release assets. */
export interface GitHubAccess {
  /** `GITHUB_API_URL`, e.g. `https://api.github.com`. */
  readonly apiUrl: string;
  /** `GITHUB_SERVER_URL`, e.g. `https://github.com`. */
  readonly serverUrl: string;
  readonly token: string | null;
  /** `owner/name` of the repository that the check runs in. */
  readonly repository: string | null;
}

/** Everything a source needs to know. Plain data: nothing behind it reads the environment. */
export interface SourceOptions {
  /** Directory against which relative references are resolved; absolute. */
  readonly directory: string;
  readonly hub: { readonly endpoint: string; readonly token: string | null };
  /** The proxy for https requests, and the hosts that go without it; null for none. */
  readonly proxy: { readonly url: string; readonly except: readonly string[] } | null;
  readonly github?: GitHubAccess | null;
  readonly onProgress?: (event: SourceEvent) => void;
  readonly signal?: AbortSignal;
  /** How often a request is tried, and the pause before the second try. */
  readonly retry?: { readonly attempts: number; readonly firstDelayMs: number };
  /**
   * Whether links may lead out of the directory that was named. Right for a person at their own machine; wrong (and
   * the default is no) where a stranger's pull request may have committed the link.
   */
  readonly followLinks?: boolean;
  /**
   * Whether Git LFS pointers in a local directory are replaced by what they stand for, read from the LFS store of
   * `github.repository`. Default no: the pointers themselves are what is there.
   */
  readonly resolvePointers?: boolean;
}
