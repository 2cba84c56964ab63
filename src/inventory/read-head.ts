import type { ByteReader } from '../bytes/reader.ts';
import { HeaderError } from '../format/header-error.ts';
import { readSafetensorsHeader } from '../format/safetensors.ts';
import { type Content, describe } from '../format/sniff.ts';
import type { Source, SourceFile } from '../source/source.ts';
import { type Head, type HeadProblem, contentOf, nothing, unreachable } from './head.ts';
import type { Container } from './weight-files.ts';

/** Reads the head of one of a source's files. Whatever is wrong with the file, or keeps it from being read, is among the problems. */
export async function readHead(source: Source, file: SourceFile, container: Container): Promise<Head> {
  if (file.size === 0) return nothing({ kind: 'empty-file' });
  try {
    const reader = await source.open(file.path);
    try {
      return await parseHead(rememberBeginning(reader), container);
    } finally {
      await reader.close?.();
    }
  } catch (error) {
    return nothing(unreachable(error));
  }
}

/** Parses the head of a file of weights as what its name promises. What the file is instead, or what is wrong with it, becomes a problem. */
async function parseHead(reader: ByteReader, container: Container): Promise<Head> {
  try {
    switch (container) {
      case 'safetensors': return await safetensorsHead(reader);
      case 'torch': return await (await import('./torch-head.ts')).torchHead(reader);
      case 'gguf': return await (await import('./gguf-head.ts')).ggufHead(reader);
    }
  } catch (error) {
    if (!(error instanceof HeaderError)) throw error;
    return nothing(explain(error, await contentOf(reader), container));
  }
}

async function safetensorsHead(reader: ByteReader): Promise<Head> {
  const { columns, headerBytes, metadata, expectedSize, actualSize, warnings } = await readSafetensorsHeader(reader);
  const problems: HeadProblem[] = warnings.map((warning) => ({ kind: 'header-warning', ...warning }));
  if (actualSize < expectedSize) problems.push({ kind: 'truncated', expectedSize, actualSize });
  if (actualSize > expectedSize) problems.push({ kind: 'trailing-bytes', expectedSize, actualSize });
  return { columns, shared: [], hasData: true, headerBytes, metadata, problems };
}

/** What the content of a file of each kind is called by `sniff`. */
const OWN_CONTENT: Readonly<Record<Container, readonly Content['kind'][]>> = { safetensors: ['safetensors'], torch: ['zip', 'pickle'], gguf: ['gguf'] };

/** Why a file has no header that can be parsed: it is something else, or it was cut short, or its header breaks a rule. */
function explain({ sizes, violation, message }: HeaderError, content: Content, container: Container): HeadProblem {
  if (content.kind === 'pointer') return content;
  const isOwn = OWN_CONTENT[container].includes(content.kind);
  if (isOwn && sizes !== null) return { kind: 'truncated', ...sizes };
  if (isOwn || content.kind === 'unknown') return { kind: 'malformed-header', violation, message };
  return { kind: 'other-content', what: describe(content) };
}

/** A reader that keeps the beginning of its file once it was read, so that a second look at it costs no second read. */
function rememberBeginning(reader: ByteReader): ByteReader {
  let beginning = new Uint8Array(0);
  return {
    size: reader.size,
    async read(start, end) {
      if (end <= beginning.length) return beginning.subarray(start, end);
      const bytes = await reader.read(start, end);
      if (start === 0 && bytes.length > beginning.length) beginning = Uint8Array.from(bytes);
      return bytes;
    },
  };
}
