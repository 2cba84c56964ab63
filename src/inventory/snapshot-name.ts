/** How the file of a snapshot ends. */
export const SNAPSHOT_SUFFIX = '.headcheck.json';
