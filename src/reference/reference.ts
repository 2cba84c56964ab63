/** What a user may write, taken apart. `text` is what they wrote; nothing was looked at yet, on disk or on the net. */
export type Reference = PathReference | SnapshotReference | HubReference | ArtifactReference | ReleaseReference | RepositoryReference;

/** A directory or a file on this machine. */
export interface PathReference {
  readonly kind: 'path';
  readonly text: string;
  /** Absolute. */
  readonly path: string;
  /** The Hub reference that the text would be if there is no such path; null where it could not be one. Offered, never assumed. */
  readonly hubCandidate: string | null;
}

/** A committed `*.headcheck.json`. */
export interface SnapshotReference {
  readonly kind: 'snapshot';
  readonly text: string;
  /** Absolute. */
  readonly path: string;
}

/** A model repository on the Hub. */
export interface HubReference {
  readonly kind: 'hub';
  readonly text: string;
  /** `org/name`, or a legacy single name such as `gpt2`. */
  readonly repo: string;
  /** Branch, tag, commit or `refs/pr/N`; null for the default branch. */
  readonly revision: string | null;
  /** A folder or a file inside the repository, without slashes at its ends; null for the root. */
  readonly path: string | null;
}

/** An artifact that a GitHub workflow run uploaded. */
export interface ArtifactReference {
  readonly kind: 'artifact';
  readonly text: string;
  /** `owner/name`; null for the repository that the check runs in. */
  readonly repository: string | null;
  /** The workflow run; null for the newest artifact of that name. */
  readonly runId: number | null;
  readonly name: string;
}

/** The assets of a GitHub release. */
export interface ReleaseReference {
  readonly kind: 'release';
  readonly text: string;
  /** `owner/name`; null for the repository that the check runs in. */
  readonly repository: string | null;
  /** The tag; null for the latest release. */
  readonly tag: string | null;
  /** One asset; null for all of them. */
  readonly asset: string | null;
}

/** A folder or a file of a GitHub repository at a revision, read without a checkout. */
export interface RepositoryReference {
  readonly kind: 'repository';
  readonly text: string;
  /** `owner/name`. */
  readonly repository: string;
  /** Branch, tag or commit; null for the default branch. */
  readonly revision: string | null;
  /** A folder or a file inside, without slashes at its ends; null for the root. */
  readonly path: string | null;
}

/** What relative and bare references are read against. */
export interface ReferenceContext {
  /** Directory against which relative paths are resolved; absolute. */
  readonly directory: string;
  /** `HF_ENDPOINT`: URLs of this host count as the Hub's. */
  readonly hubEndpoint: string;
  /** `GITHUB_SERVER_URL`: URLs of this host count as GitHub's. Default `https://github.com`. */
  readonly githubServer?: string;
}
