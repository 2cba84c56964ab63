import assert from 'node:assert/strict';
import { test } from 'node:test';
import { llama } from '../../src/diagnosis/examples.ts';
import { readCheckpoint } from '../../src/inventory/read.ts';
import type { CheckpointReport } from '../../src/report/report.ts';
import { memorySource } from '../../src/source/memory.ts';
import { plain } from '../../src/report/report.ts';
import { terminal } from '../../src/report/terminal.ts';
import { judgedRead, readExample, rulesOf } from '../support/examples.ts';
import { hostileTest } from '../support/hostile-test.ts';
import { reportOf } from '../support/reports.ts';

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([length, bytes]);
}

function number(value: number, bytes: 4 | 8): Buffer {
  const buffer = Buffer.alloc(bytes);
  if (bytes === 4) buffer.writeUInt32LE(value);
  else buffer.writeBigUInt64LE(BigInt(value));
  return buffer;
}

/**
 * A GGUF file of vectors in F32, by ggml's own description (version 3).
 * @param long names of vectors of 16 elements; all others have 8
 * @param list a setting that is a list with a value for each block
 */
function gguf(architecture: string, blocks: number, names: readonly string[], { long = [], list, flag }: { readonly long?: readonly string[]; readonly list?: string; readonly flag?: string } = {}): Buffer {
  const elements = names.map((name) => (long.includes(name) ? 16 : 8));
  const begins = elements.map((_, i) => elements.slice(0, i).reduce((sum, count) => sum + count * 4, 0));
  const extra = [
    ...(list === undefined ? [] : [text(`${architecture}.${list}`), number(9, 4), number(4, 4), number(blocks, 8), ...Array.from({ length: blocks }, () => number(8, 4))]),
    ...(flag === undefined ? [] : [text(`${architecture}.${flag}`), number(4, 4), number(8, 4)]),
  ];
  const head = Buffer.concat([
    Buffer.from('GGUF'), number(3, 4), number(names.length, 8), number(2 + (list === undefined ? 0 : 1) + (flag === undefined ? 0 : 1), 8),
    text('general.architecture'), number(8, 4), text(architecture), text(`${architecture}.block_count`), number(4, 4), number(blocks, 4), ...extra,
    ...names.flatMap((name, i) => [text(name), number(1, 4), number(elements[i] ?? 0, 8), number(0, 4), number(begins[i] ?? 0, 8)]),
  ]);
  return Buffer.concat([head, Buffer.alloc((32 - (head.length % 32)) % 32), Buffer.alloc(elements.reduce((sum, count) => sum + count * 4, 0))]);
}

const STEMS = ['attn_norm', 'attn_q', 'attn_k', 'attn_v', 'attn_output', 'ffn_norm', 'ffn_up', 'ffn_down'];
const block = (i: number, stems = STEMS): string[] => stems.map((stem) => `blk.${i}.${stem}.weight`);
const WHOLE = ['token_embd.weight', ...[0, 1, 2, 3].flatMap((i) => block(i)), 'output_norm.weight', 'output.weight'];

interface Given extends NonNullable<Parameters<typeof gguf>[3]> {
  readonly architecture?: string;
  readonly base?: ReturnType<typeof llama> | null;
}

async function judge(names: readonly string[], { architecture = 'llama', base = null, ...more }: Given = {}): Promise<CheckpointReport> {
  const checkpoint = await readCheckpoint(memorySource('./m', [{ path: 'm.gguf', bytes: gguf(architecture, 4, names, more) }]));
  return await judgedRead(checkpoint, base === null ? null : await readExample(base, './base'));
}

const without = (...gone: readonly string[]): string[] => WHOLE.filter((name) => !gone.some((part) => name.startsWith(part)));

test('a whole file is complete, by itself and beside a base of another format', async () => {
  for (const base of [null, llama()]) {
    const report = await judge(WHOLE, { base });
    assert.deepEqual([report.verdict, report.missing, report.unexpected, report.ledger], ['complete', [], [], []]);
  }
});

test('a block that the header counts and a tensor that all siblings have are missed', async () => {
  const layer = await judge(without('blk.2.'));
  assert.deepEqual([layer.verdict, rulesOf(layer, 'error'), layer.missing.length], ['incomplete', ['layers-missing'], STEMS.length]);
  const last = await judge(without('blk.3.'));
  assert.equal(last.missing[0]?.name, 'blk.3.attn_norm.weight');
  const one = await judge(without('blk.1.attn_q.'));
  assert.deepEqual([rulesOf(one, 'error'), one.missing.map(({ name }) => name)], [['layer-incomplete'], ['blk.1.attn_q.weight']]);
});

test('the first block of ModernBERT has no norm before its attention', async () => {
  const stems = ['attn_norm', 'attn_qkv', 'attn_output', 'ffn_norm', 'ffn_up', 'ffn_down'];
  const names = ['token_embd.weight', 'token_embd_norm.weight', 'output_norm.weight', ...[0, 1, 2, 3].flatMap((i) => stems.filter((stem) => i > 0 || stem !== 'attn_norm').map((stem) => `blk.${i}.${stem}.weight`))];
  assert.deepEqual((await judge(names, { architecture: 'modern-bert' })).missing, []);
  assert.deepEqual((await judge(names, { architecture: 'eurobert' })).missing.map(({ name }) => name), ['blk.0.attn_norm.weight']);
  assert.deepEqual((await judge(names.filter((name) => name !== 'blk.2.attn_norm.weight' && name !== 'blk.0.ffn_up.weight'), { architecture: 'modern-bert' })).missing.map(({ name }) => name), ['blk.0.ffn_up.weight']);
});

test('blocks of a hybrid model differ by design', async () => {
  const names = WHOLE.filter((name) => !name.startsWith('blk.1.')).concat(['attn_norm', 'ssm_in', 'ssm_out', 'ffn_up', 'ffn_down', 'ffn_norm'].map((stem) => `blk.1.${stem}.weight`));
  assert.equal((await judge(names)).verdict, 'complete');
});

test('without a head, the base or the architecture says whether it is tied', async () => {
  const headless = without('output.weight');
  assert.equal((await judge(headless)).verdict, 'unknown');
  const forced = await judge(headless, { architecture: 'gemma2' });
  assert.deepEqual([forced.verdict, forced.tied.map(({ name }) => name)], ['complete', ['output.weight']]);
  assert.equal((await judge(headless, { base: llama({ tied: true }) })).verdict, 'complete');
  const lost = await judge(headless, { base: llama() });
  assert.deepEqual([lost.verdict, rulesOf(lost, 'error'), lost.missing.map(({ name }) => name)], ['incomplete', ['head-missing'], ['output.weight']]);
});

test('nothing is said of config.json, classes or ranks, but what llama.cpp does and how to convert again', async () => {
  for (const report of [await judge(without('blk.2.')), await judge(without('blk.1.attn_q.')), await judge(without('output.weight'), { base: llama() }), await judge(without('token_embd.'))]) {
    const [main] = report.findings;
    assert.ok(main !== undefined && report.verdict === 'incomplete');
    const said = [main.title, main.message, main.cause ?? [], main.fix?.steps ?? []].map(plain).join(' ');
    assert.doesNotMatch(said, /config\.json|LlamaFor|AutoModel|rank|random/);
    assert.match(said, /llama\.cpp/);
    assert.match(main.fix?.code?.text ?? '', /^python convert_hf_to_gguf\.py /);
    assert.equal(report.architecture.class, null);
  }
  const layer = await judge(without('blk.2.'));
  assert.deepEqual(layer.loaders.map(({ loader, outcome }) => [loader, plain(outcome)]), [['llama.cpp', 'refuses: there is no blk.2.attn_norm.weight']]);
});

test('a base of another format is said to have told of the head alone', async () => {
  const report = await judge(WHOLE, { base: llama() });
  const text = terminal(reportOf(report), { colour: false });
  assert.match(text, /The config of `\.\/base` told whether the head is tied/);
  assert.doesNotMatch(text, /compared with `\.\/base`|no base/);
});

test('of an architecture that nobody knows regularity shows what is lost, and not what is whole', async () => {
  const whole = await judge(WHOLE, { architecture: 'weird' });
  assert.deepEqual([whole.verdict, plain(whole.reason ?? []).includes('weird')], ['unknown', true]);
  assert.equal((await judge(without('blk.2.'), { architecture: 'weird' })).verdict, 'incomplete');
});

test('the norm before the head is called for where the architecture has one and its blocks begin with norms', async () => {
  const names = WHOLE.filter((name) => name !== 'output_norm.weight');
  const report = await judge(names);
  assert.equal(report.verdict, 'incomplete');
  assert.deepEqual(report.missing.map(({ name }) => name), ['output_norm.weight']);
  assert.equal((await judge(names, { architecture: 'olmo' })).verdict, 'complete');
  assert.equal((await judge(names.filter((name) => !name.includes('attn_norm')))).verdict, 'complete');
});

test('a shape that no other block has is wrong, where all others with the same tensors agree', async () => {
  const report = await judge(WHOLE, { long: ['blk.1.attn_q.weight'] });
  assert.deepEqual([report.verdict, rulesOf(report, 'error')], ['incomplete', ['shape-mismatch']]);
  assert.deepEqual(report.mismatched.map(({ name, expected, actual }) => [name, expected.shape, actual.shape]), [['blk.1.attn_q.weight', [8], [16]]]);
  const [main] = report.findings;
  assert.doesNotMatch([main?.message ?? [], main?.fix?.steps ?? []].map(plain).join(' '), /config\.json/);
});

test('blocks are unlike on purpose where a setting is a list by layer, in halves, or where their tensors differ', async () => {
  const odd = ['blk.1.attn_q.weight'];
  assert.equal((await judge(WHOLE, { long: odd, list: 'attention.head_count' })).verdict, 'complete');
  assert.equal((await judge(WHOLE, { long: odd, flag: 'attention.key_length_swa' })).verdict, 'complete');
  assert.equal((await judge(WHOLE, { long: ['blk.1.ffn_up.weight'], flag: 'attention.key_length_swa' })).verdict, 'incomplete');
  assert.equal((await judge(WHOLE, { long: [...odd, 'blk.3.attn_q.weight'] })).verdict, 'complete');
  const dense = WHOLE.filter((name) => !/^blk\.[123]\.ffn_/.test(name)).concat([1, 2, 3].flatMap((i) => ['ffn_norm', 'ffn_gate_inp', 'ffn_up_exps', 'ffn_down_exps'].map((stem) => `blk.${i}.${stem}.weight`)));
  assert.equal((await judge(dense, { long: ['blk.0.ffn_norm.weight'] })).verdict, 'complete');
});

test('what goes with another tensor is missed though every block has lost it', async () => {
  const lacks = async (names: readonly string[]): Promise<string[]> => (await judge(names)).missing.map(({ name }) => name);
  for (const stem of ['ffn_down', 'attn_output']) {
    assert.deepEqual(await lacks(WHOLE.filter((name) => !name.includes(stem))), [0, 1, 2, 3].map((i) => `blk.${i}.${stem}.weight`));
  }
  const experts = WHOLE.filter((name) => !name.includes('ffn_up') && !name.includes('ffn_down')).concat([0, 1, 2, 3].flatMap((i) => block(i, ['ffn_up_exps', 'ffn_down_exps', 'ffn_gate_inp'])));
  assert.deepEqual(await lacks(experts), []);
  // Of an architecture that llama.cpp does not have, the way back may have another name.
  const own = WHOLE.map((name) => name.replace('attn_output', 'attn_out'));
  assert.equal((await judge(own, { architecture: 'ownarch' })).verdict, 'unknown');
  assert.deepEqual(await lacks(experts.filter((name) => !name.includes('ffn_gate_inp'))), [0, 1, 2, 3].map((i) => `blk.${i}.ffn_gate_inp.weight`));
});

hostileTest('forty thousand blocks that all lack the same are judged like any other', async () => {
  const report = await judge(['token_embd.weight', 'output.weight', 'output_norm.weight', ...Array.from({ length: 40_000 }, (_, i) => `blk.${i}.ffn_up.weight`)]);
  assert.equal(report.missing.length, 40_000);
});

test('an encoder has no head; what stands beside its embedding is its own', async () => {
  const names = ['token_embd.weight', 'token_embd_norm.weight', 'token_embd_norm.bias', 'position_embd.weight', ...[0, 1, 2, 3].flatMap((i) => block(i, ['attn_q', 'attn_output', 'attn_output_norm', 'ffn_up', 'ffn_down', 'layer_output_norm']))];
  for (const base of [null, llama()]) assert.equal((await judge(names, { architecture: 'bert', base })).verdict, 'complete');
  assert.deepEqual((await judge(names.filter((name) => name !== 'position_embd.weight'), { architecture: 'bert' })).missing.map(({ name }) => name), ['position_embd.weight']);
  assert.equal((await judge(names.filter((name) => name !== 'position_embd.weight'), { architecture: 'nomic-bert' })).verdict, 'complete');
});
