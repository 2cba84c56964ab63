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

/** Bytes of a zip archive's directory. PyTorch's take about 80 a storage: this is room for 800,000. */
export const MAX_DIRECTORY_BYTES = 64 * 2 ** 20;

/** Bytes of the pickle in a PyTorch file. Those take about 250 a tensor, so that this is room for 250,000. */
export const MAX_PICKLE_BYTES = 64 * 2 ** 20;

/** Instructions of a pickle: about 40 a tensor. Bounds the memory that a pickle of nothing but `]` can ask for. */
export const MAX_PICKLE_STEPS = 16_000_000;

/** Dimensions of a tensor: PyTorch allows 64. One tuple of a million numbers, recalled a million times, must not be copied each time. */
export const MAX_RANK = 64;

/** Dictionaries inside one another in which a PyTorch file's tensors are looked for: checkpoints of training have two or three. */
export const MAX_NESTING = 8;

/** Tensors of a file that has no shorter bound of its own. The largest models have under a million. */
export const MAX_TENSORS = 4_000_000;

/**
 * First read of files whose head has no stated length (GGUF, PyTorch before 1.6), in bytes; doubled while more is
 * needed. The vocabulary of a GGUF file mostly takes 2 to 8 MB.
 */
export const PROGRESSIVE_READ_BYTES = 2 ** 20;

/** Bytes of a head that has no stated length. The largest known, with vocabulary and merges, take under 40 MB. */
export const MAX_PROGRESSIVE_BYTES = 256 * 2 ** 20;

/** A snapshot, in bytes. The largest real ones, of models quantised layer by layer, are under 2 MB. */
export const MAX_SNAPSHOT_BYTES = 64 * 1024 * 1024;

/** Tensors that one snapshot may stand for: a few bytes of patterns could ask for any number of them. */
export const MAX_SNAPSHOT_TENSORS = 2_000_000;
