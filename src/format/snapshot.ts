import * as v from 'valibot';
import { MalformedError } from '../errors.ts';
import { DTYPES, dtypeCode } from './dtype.ts';
import { compareNames } from './name-order.ts';
import { compressNames, expandPattern, parsePattern } from './name-pattern.ts';
import type { TensorColumns } from './tensor-table.ts';

/**
 * A snapshot: what the heads, index, config and card of a checkpoint told, as a small text that a team commits.
 * It is written to be read in a diff: one line a group of tensors that differ only in their numbers.
 * `schema/snapshot-v1.schema.json` describes the same for others.
 */

const bytes = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const text = v.string();
const texts = v.array(text);
const json = v.record(text, v.unknown());
const at = { path: text };
const sizes = { expectedSize: bytes, actualSize: bytes };

const Problem = v.variant('kind', [
  v.object({ kind: v.literal('pointer'), ...at, size: bytes, sha256: text }),
  v.object({ kind: v.literal('other-content'), ...at, what: text }),
  v.object({ kind: v.literal('empty-file'), ...at }),
  v.object({ kind: v.literal('truncated'), ...at, ...sizes }),
  v.object({ kind: v.literal('trailing-bytes'), ...at, ...sizes }),
  v.object({ kind: v.literal('malformed-header'), ...at, violation: text, message: text }),
  v.object({ kind: v.literal('header-warning'), ...at, violation: text, message: text }),
  v.object({ kind: v.literal('malformed-json'), ...at, line: v.nullable(bytes), message: text }),
  v.object({ kind: v.literal('unsafe-pickle'), ...at, globals: texts }),
  v.object({ kind: v.literal('module-incomplete'), ...at, module: text, lacks: texts }),
  v.object({ kind: v.literal('unreachable'), ...at, message: text, hint: text }),
]);

const NamedBy = v.picklist(['index', 'numbering', 'name']);

const Shard = v.object({
  ...at,
  size: bytes,
  headerBytes: bytes,
  sha256: v.optional(text),
  namedBy: v.optional(NamedBy, 'name'),
  /** `__metadata__`; absent where the header has none. */
  metadata: v.optional(v.record(text, text)),
  /** Pattern of names → `BF16 [4096, 4096]`, followed by `in N bytes` where that is not what shape and type take. */
  tensors: v.record(text, text),
});

const Body = v.object({
  format: v.picklist(['safetensors', 'torch', 'gguf', 'adapter', 'diffusers', 'snapshot', 'none']),
  variant: v.optional(text),
  config: v.optional(json),
  adapterConfig: v.optional(json),
  card: v.optional(v.object({ baseModels: texts, relation: v.nullable(text), pipelineTag: v.nullable(text), libraryName: v.nullable(text), tags: texts })),
  sentenceTransformers: v.optional(text),
  /** The index; `differs` holds what its weight map says otherwise than the shards do: a file, or null for a tensor that it lacks. */
  index: v.optional(v.object({ ...at, totalSize: v.optional(v.unknown()), hasMetadata: v.optional(v.boolean(), true), differs: v.record(text, v.nullable(text)) })),
  shards: v.array(Shard),
  /** Names of tensors that are one and the same memory, a group each. */
  shared: v.optional(v.array(texts), []),
  /** Weights that should be there and of which nothing could be read. */
  unread: v.optional(v.array(v.object({ ...at, state: v.picklist(['unreadable', 'absent']), namedBy: NamedBy, size: v.nullable(bytes) })), []),
  strays: v.optional(v.array(v.object({
    ...at, size: bytes,
    why: v.picklist(['other-save', 'not-in-index', 'other-format', 'other-variant', 'original-release', 'training-state', 'adapter', 'other-model', 'subfolder']),
  })), []),
  problems: v.optional(v.array(Problem), []),
});

const Document = v.object({
  schemaVersion: v.literal(1),
  /** Where it was made from: a place that others can reach, else absent. */
  reference: v.optional(text),
  revision: v.optional(text),
  ...Body.entries,
  /** For `diffusers`: one checkpoint a folder. */
  components: v.optional(v.array(v.object({ name: text, ...Body.entries })), []),
});

export type SnapshotBody = v.InferInput<typeof Body>;
export type SnapshotDocument = v.InferInput<typeof Document>;
export type ParsedSnapshotBody = v.InferOutput<typeof Body>;
export type ParsedSnapshot = v.InferOutput<typeof Document>;

const HINT = 'Make it again with headcheck snapshot.';

/** Parses a snapshot. @throws MalformedError */
export function parseSnapshot(source: string): ParsedSnapshot {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (cause) {
    throw new MalformedError(`The snapshot is not JSON: ${String(cause)}`, HINT, { cause });
  }
  const version = v.safeParse(v.object({ schemaVersion: v.number() }), value);
  if (version.success && version.output.schemaVersion > 1) {
    throw new MalformedError(`The snapshot is of version ${version.output.schemaVersion}; this release reads version 1.`, 'Update Headcheck.');
  }
  const result = v.safeParse(Document, value);
  if (result.success) return result.output;
  throw new MalformedError(`The snapshot is malformed: ${explain(result.issues[0])}.`, HINT);
}

/** In our words: the validator's are for programmers. */
function explain(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue);
  if (path === null) return `an object was expected; found ${issue.received}`;
  if (issue.received === 'undefined') return `${path} is missing`;
  return issue.expected === null ? `${path} is not as it should be` : `${path} should be ${issue.expected}; found ${issue.received.slice(0, 80)}`;
}

/** Writes a snapshot: one line a tensor group, a file, a config key. The same document always gives the same text. */
export function printSnapshot(document: SnapshotDocument): string {
  return `${print(document, '')}\n`;
}

/** Levels of a config that a snapshot keeps. Real ones have five; printing goes into each by recursion. */
const MAX_DEPTH = 64;

/** JSON with one line a key, and arrays of plain values on one line. What JSON has no word for (NaN, Infinity) becomes its name. */
function print(value: unknown, indent: string): string {
  const inner = `${indent}  `;
  if (indent.length > 2 * MAX_DEPTH) return '"…"';
  const nested = (lines: readonly string[]): string => `\n${inner}${lines.join(`,\n${inner}`)}\n${indent}`;
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item !== 'object' || item === null)) return `[${value.map((item) => print(item, inner)).join(', ')}]`;
    return `[${nested(value.map((item) => print(item, inner)))}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const lines = Object.entries(value).filter(([, item]) => item !== undefined).map(([key, item]) => `${JSON.stringify(key)}: ${print(item, inner)}`);
    return lines.length === 0 ? '{}' : `{${nested(lines)}}`;
  }
  return typeof value === 'number' && !Number.isFinite(value) ? `"${value}"` : JSON.stringify(value);
}

/** The tensors of one file as lines of a snapshot: patterns of names by what the tensors are. */
export function describeTensors(rows: Iterable<{ readonly name: string; readonly dtype: string; readonly shape: readonly number[]; readonly bytes: number }>): Record<string, string> {
  const byContent = new Map<string, string[]>();
  for (const { name, dtype, shape, bytes: size } of rows) {
    const content = `${dtype} [${shape.join(', ')}]${size === usualBytes(dtype, shape) ? '' : ` in ${size} bytes`}`;
    const names = byContent.get(content);
    if (names === undefined) byContent.set(content, [name]);
    else names.push(name);
  }
  const lines = [...byContent].flatMap(([content, names]) => compressNames(names).map((pattern): [string, string] => [pattern, content]));
  return Object.fromEntries(lines.sort(([a], [b]) => compareNames(a, b)));
}

/** Bytes that type and shape take; NaN for an unknown type. */
function usualBytes(dtype: string, shape: readonly number[]): number {
  const { bits, block } = DTYPES[dtypeCode(dtype) ?? -1] ?? { bits: Number.NaN };
  const elements = shape.reduce((product, dim) => product * dim, 1);
  return block === undefined ? (elements * bits) / 8 : (elements / block.elements) * block.bytes;
}

interface Group {
  readonly names: readonly string[];
  readonly dtype: number;
  readonly shape: readonly number[];
  readonly bytes: number;
}

/**
 * Reads such lines back into columns, laid out one tensor after the other in the order of the lines.
 * @param limit tensors that they may stand for at most
 * @throws MalformedError
 */
export function readTensors(lines: Readonly<Record<string, string>>, limit: number): TensorColumns {
  let left = limit;
  const groups: Group[] = Object.entries(lines).map(([pattern, content]) => {
    const group = parseContent(pattern, content);
    // Dimensions take memory as names do: a tensor of many counts as several.
    const weight = Math.max(1, group.shape.length / 4);
    const parsed = parsePattern(pattern, Math.floor(left / weight));
    left -= parsed.count * weight;
    return { names: expandPattern(parsed), ...group };
  });
  const count = groups.reduce((sum, { names }) => sum + names.length, 0);
  const dtypes = new Uint8Array(count);
  const dims = new Float64Array(groups.reduce((sum, { names, shape }) => sum + names.length * shape.length, 0));
  const dimStarts = new Uint32Array(count + 1);
  const begins = new Float64Array(count);
  const ends = new Float64Array(count);
  let row = 0;
  let end = 0;
  for (const { names, dtype, shape, bytes: size } of groups) {
    for (let i = 0; i < names.length; i++) {
      dtypes[row] = dtype;
      begins[row] = end;
      end += size;
      ends[row] = end;
      const start = dimStarts[row] ?? 0;
      dims.set(shape, start);
      dimStarts[++row] = start + shape.length;
    }
  }
  return { names: groups.flatMap(({ names }) => names), dtypes, dims, dimStarts, begins, ends };
}

function parseContent(pattern: string, content: string): Omit<Group, 'names'> {
  const match = /^(\w{1,40}) \[((?:\d{1,16}(?:, \d{1,16}){0,63})?)\](?: in (\d{1,16}) bytes)?$/.exec(content);
  const [, type = '', dims = '', written] = match ?? [];
  const shape = dims === '' ? [] : dims.split(', ').map(Number);
  const dtype = dtypeCode(type);
  const size = written === undefined ? usualBytes(type, shape) : Number(written);
  if (dtype === undefined || !Number.isSafeInteger(size)) {
    throw new MalformedError(`The snapshot gives "${content.slice(0, 80)}" for "${pattern.slice(0, 100)}"; expected a type and a shape, such as "BF16 [4096, 4096]".`, HINT);
  }
  return { dtype, shape, bytes: size };
}
