/** A pull request's text is written by anyone. Each limit is far above what honest files reach. */

/** Characters of a file that is parsed. Configs, cards and scripts stay far below; what is larger is data. */
export const MAX_CONTENT_LENGTH = 512 * 1024;

/** Characters of Markdown that is parsed: GitHub's own limit for a body is 65,536. */
export const MAX_MARKDOWN_LENGTH = 128 * 1024;

/** Characters of a line that is looked at. No one writes a reference into a longer one by hand. */
export const MAX_LINE_LENGTH = 2000;

/** References of one pull request or release. Each costs requests; more than this is a listing, not a change. */
export const MAX_REFERENCES = 200;

/** Depth of mappings and lists that is followed. */
export const MAX_DEPTH = 64;
