/** What the fake GitHub remembers. Tests read and change it directly, as people and pushes would. */

export interface Actor {
  readonly login: string;
  readonly type: 'User' | 'Bot';
  /** Scopes of the token: `pull_requests:write`, `contents:read`, …; a write scope includes reading. */
  readonly scopes: ReadonlySet<string>;
}

export interface ChangedFile { readonly filename: string; readonly status: 'added' | 'modified' | 'removed' | 'renamed'; readonly previous_filename?: string; readonly patch?: string }

export interface PullRequest {
  readonly number: number;
  title: string;
  body: string | null;
  state: 'open' | 'closed';
  author: string;
  headSha: string;
  headRef: string;
  /** `owner/name` of the repository that the head lives in: another one for a fork. */
  headRepository: string;
  baseRef: string;
  baseSha: string;
  /** Only people who can write may post then. */
  locked?: boolean;
  files: readonly ChangedFile[];
}

export interface IssueComment { readonly id: number; readonly issue: number; body: string; readonly author: string; readonly authorType: 'User' | 'Bot'; reactions: string[]; edits: number }

export interface Review { readonly id: number; readonly pull: number; readonly author: string; state: 'COMMENTED' | 'CHANGES_REQUESTED' | 'APPROVED' | 'DISMISSED'; body: string; readonly commit: string; dismissal: string | null; minimized?: string | null }

export interface ReviewComment {
  readonly id: number;
  readonly pull: number;
  readonly review: number;
  readonly author: string;
  body: string;
  readonly path: string;
  readonly subject: 'line' | 'file';
  readonly side: 'LEFT' | 'RIGHT';
  /** Null once a push has changed the line. */
  line: number | null;
  readonly text: string | null;
  readonly commit: string;
  readonly inReplyTo: number | null;
  minimized: string | null;
  resolved: boolean;
}

export interface CheckRun { readonly id: number; readonly name: string; readonly headSha: string; status: string; conclusion: string | null; title: string; summary: string; readonly annotations: unknown[] }

export interface Release { readonly id: number; readonly tag: string; name: string; body: string; readonly assets: Asset[] }
export interface Asset { readonly id: number; readonly name: string; readonly content: Uint8Array }

export interface WorkflowRun { readonly id: number; readonly headSha: string; readonly event: string; readonly headRepository: string; conclusion: string; attempt: number; readonly artifacts: Artifact[] }
export interface Artifact { readonly id: number; readonly name: string; readonly content: Uint8Array; expired: boolean }

export interface State {
  readonly owner: string;
  readonly name: string;
  private: boolean;
  /** Whether GitHub knows of a fork's commit which pull request it belongs to; it does not always. */
  associatesForks: boolean;
  readonly tokens: Map<string, Actor>;
  /** What a person may do in the repository: admin, write, read, none. */
  readonly permissions: Map<string, 'admin' | 'write' | 'read' | 'none'>;
  readonly pulls: Map<number, PullRequest>;
  readonly comments: IssueComment[];
  readonly reviews: Review[];
  readonly reviewComments: ReviewComment[];
  readonly checkRuns: CheckRun[];
  readonly releases: Release[];
  readonly runs: Map<number, WorkflowRun>;
  /** Files by ref (branch, tag or SHA) and path. */
  readonly files: Map<string, Map<string, string | Uint8Array>>;
  /** Branches and tags: `heads/main` → SHA. */
  readonly refs: Map<string, string>;
  /** What changed between two commits: `base...head`. */
  readonly comparisons: Map<string, readonly ChangedFile[]>;
  /** The commit on which each was pushed. */
  readonly parents: Map<string, string>;
  nextId: number;
}

export function newState(owner: string, name: string): State {
  return {
    owner, name, private: false, associatesForks: true, tokens: new Map(), permissions: new Map(), pulls: new Map(), comments: [], reviews: [], reviewComments: [],
    checkRuns: [], releases: [], runs: new Map(), files: new Map(), refs: new Map(), comparisons: new Map(), parents: new Map(), nextId: 1000,
  };
}

/** The lines that a unified diff shows, by side, with their text: where GitHub accepts a comment. */
export function diffLines(patch: string | undefined): { readonly LEFT: ReadonlyMap<number, string>; readonly RIGHT: ReadonlyMap<number, string> } {
  const left = new Map<number, string>();
  const right = new Map<number, string>();
  let [oldLine, newLine] = [0, 0];
  for (const row of (patch ?? '').split('\n')) {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(row);
    if (hunk) [oldLine, newLine] = [Number(hunk[1]), Number(hunk[2])];
    else if (row.startsWith('+')) right.set(newLine++, row.slice(1));
    else if (row.startsWith('-')) left.set(oldLine++, row.slice(1));
    else if (row.startsWith(' ')) {
      left.set(oldLine++, row.slice(1));
      right.set(newLine++, row.slice(1));
    }
  }
  return { LEFT: left, RIGHT: right };
}

/** A push to a pull request: comments move with their line's text, or become outdated. */
export function push(state: State, number: number, headSha: string, files: readonly ChangedFile[]): void {
  const pull = state.pulls.get(number);
  if (!pull) throw new Error(`no pull request ${number}`);
  if (pull.headSha !== headSha) state.parents.set(headSha, pull.headSha);
  pull.headSha = headSha;
  pull.files = files;
  for (const comment of state.reviewComments) {
    if (comment.pull !== number || comment.subject === 'file' || comment.line === null) continue;
    const lines = diffLines(files.find((file) => file.filename === comment.path)?.patch)[comment.side];
    const same = [...lines].find(([, text]) => text === comment.text);
    comment.line = same ? same[0] : null;
  }
}
