import { MAX_HEADER_BYTES } from './limits.ts';
import { count } from './quote.ts';

/** What a file is, judged by its first bytes and its size. */
export type Content =
  | { readonly kind: 'pointer'; /** size in bytes and hash of the file that it stands for */ readonly size: number; readonly sha256: string }
  | { readonly kind: 'empty' | 'safetensors' | 'zip' | 'pickle' | 'gguf' | 'json' | 'unknown' }
  | { readonly kind: 'other'; /** in words: `an HTML page` */ readonly what: string };

/** How many of a file's first bytes `sniff` looks at. Git LFS pointers are under 1,024 bytes by their specification. */
export const SNIFF_BYTES = 1024;

const POINTER = /^version https:\/\/(?:git-lfs|hawser)\.github\.com\/spec\/v1\n/;
const POINTER_OID = /^oid sha256:([0-9a-f]{64})$/m;
const POINTER_SIZE = /^size (\d{1,16})$/m;

/** Files that begin with fixed bytes. Torch's legacy format begins with a pickle of protocol 2. */
const MAGICS: readonly { readonly bytes: readonly number[]; readonly content: Content }[] = [
  { bytes: [0x50, 0x4b, 0x03, 0x04], content: { kind: 'zip' } },
  { bytes: [0x50, 0x4b, 0x05, 0x06], content: { kind: 'zip' } },
  { bytes: [0x47, 0x47, 0x55, 0x46], content: { kind: 'gguf' } },
  ...[2, 3, 4, 5].map((protocol) => ({ bytes: [0x80, protocol], content: { kind: 'pickle' } as const })),
  { bytes: [0x1f, 0x8b], content: other('a gzip archive') },
  { bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], content: other('an xz archive') },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], content: other('a Zstandard archive') },
  { bytes: [0x42, 0x5a, 0x68], content: other('a bzip2 archive') },
  { bytes: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], content: other('a 7-Zip archive') },
  { bytes: [0x89, 0x48, 0x44, 0x46], content: other('an HDF5 file') },
  { bytes: [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], content: other('a NumPy array') },
  { bytes: [0x89, 0x50, 0x4e, 0x47], content: other('a PNG image') },
  { bytes: [0x25, 0x50, 0x44, 0x46], content: other('a PDF document') },
  { bytes: [0xff, 0xfe], content: other('UTF-16 text') },
];

/**
 * Tells what a file is.
 * @param start its first bytes, up to `SNIFF_BYTES`
 * @param size its size in bytes
 */
export function sniff(start: Uint8Array, size: number): Content {
  if (size === 0) return { kind: 'empty' };
  if (looksLikeSafetensors(start)) return { kind: 'safetensors' };
  const magic = MAGICS.find(({ bytes }) => bytes.every((byte, i) => start[i] === byte));
  if (magic !== undefined) return magic.content;
  if (start.every((byte) => byte === 0)) return other('nothing but zero bytes, at least at its beginning');
  return textContent(new TextDecoder().decode(start.subarray(0, SNIFF_BYTES)), size);
}

/** What a file holds, in words that follow "it is": `a zip archive`. */
export function describe(content: Content): string {
  switch (content.kind) {
    case 'pointer': return 'a Git LFS pointer';
    case 'empty': return 'empty';
    case 'safetensors': return 'a safetensors file';
    case 'zip': return 'a zip archive, as PyTorch writes';
    case 'pickle': return 'a Python pickle, as older PyTorch writes';
    case 'gguf': return 'a GGUF file';
    case 'json': return 'JSON text';
    case 'unknown': return 'nothing that is known';
    case 'other': return content.what;
  }
}

function other(what: string): Content {
  return { kind: 'other', what };
}

/** A plausible length and then an object: true of files that were cut short, too. */
function looksLikeSafetensors(start: Uint8Array): boolean {
  if (start.length < 10) return false;
  const length = new DataView(start.buffer, start.byteOffset, start.length).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES) || length < 2n) return false;
  return /^\s*\{\s*["}]/.test(Buffer.from(start.subarray(8, 64)).toString('latin1'));
}

function textContent(text: string, size: number): Content {
  const pointer = parsePointer(text);
  if (pointer !== null) return pointer;
  if (POINTER.test(text)) return other('a Git LFS pointer without a valid hash and size');
  const begin = text.replace(/^\uFEFF/u, '').trimStart().slice(0, 200).toLowerCase();
  if (/^(?:<!doctype html|<html|<head|<body)/.test(begin)) return other('an HTML page');
  if (begin.startsWith('<?xml')) return other('an XML document');
  if (/^[{[]/.test(begin) && isText(text)) return { kind: 'json' };
  if (isText(text)) return other(`text of ${count(size)} bytes that begins ${JSON.stringify(text.trimStart().slice(0, 60))}`);
  return { kind: 'unknown' };
}

/**
 * Reads a Git LFS pointer; null where the text is none.
 * @param text the whole file
 */
export function parsePointer(text: string): Extract<Content, { kind: 'pointer' }> | null {
  if (!POINTER.test(text)) return null;
  const sha256 = POINTER_OID.exec(text)?.[1];
  const size = Number(POINTER_SIZE.exec(text)?.[1]);
  return sha256 === undefined || !Number.isSafeInteger(size) ? null : { kind: 'pointer', size, sha256 };
}

function isText(text: string): boolean {
  // A character cut in two at the end of what was read is no sign of binary data.
  return !/[\u0000-\u0008\u000e-\u001a\u001c-\u001f]|\uFFFD(?!$)/u.test(text.replace(/\uFFFD+$/u, ''));
}
