/** Every limit of this stage, each with its reason. A file is measured against its limit before it is read. */

/** A config, in bytes. The largest real ones list a quantisation layer by layer and stay under 1 MB. */
export const MAX_CONFIG_BYTES = 16 * 1024 * 1024;

/** An index, in bytes. At about 100 bytes a name this is two million tensors, more than any head may hold. */
export const MAX_INDEX_BYTES = 256 * 1024 * 1024;

/** Front matter is looked for in this much of a model card. Real ones are a few kB; with the results of many evaluations about 200 kB. */
export const MAX_CARD_BYTES = 512 * 1024;

/** Tags, and base models, that are kept of a card: no rule needs more. */
export const MAX_CARD_ITEMS = 1_000;

/** Longer tags and names of base models are dropped: a repo's id has under 200 characters, a path 4,096 at most. */
export const MAX_CARD_CHARACTERS = 4_096;

/** A numbered set is not enumerated beyond this: the largest real ones have under 1,000 shards, and a name may say anything. */
export const MAX_NUMBERED_SHARDS = 20_000;

/** Heads read at the same time: enough to hide a server's latency, few enough for the connections of one machine. */
export const DEFAULT_CONCURRENCY = 16;
