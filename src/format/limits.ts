/** Every limit of the parsers, each with its reason. What is declared in a file is checked against these before anything is allocated. */

/** Longest safetensors header, in bytes: the reference implementation refuses longer ones (`MAX_HEADER_SIZE`). */
export const MAX_HEADER_BYTES = 100_000_000;

/**
 * How much of a safetensors file is read at first, in bytes, before the header's length is known. About 97 % of the
 * headers on the Hub are shorter, so that one request settles most; the Python client reads as much.
 */
export const FIRST_READ_BYTES = 100_000;

/** Levels of nested arrays and objects in a header: the reference parser (serde_json, recursion limit 128) refuses the 128th. */
export const MAX_JSON_DEPTH = 127;

/** Characters of a name from a file that a message repeats: real names are under 150; a hostile one may have millions. */
export const MAX_QUOTED_CHARACTERS = 200;
