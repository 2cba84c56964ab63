import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

/** Runs the compiled command in a process of its own. */
async function headcheck(...argv: string[]): Promise<{ code: unknown; out: string; err: string }> {
  return await new Promise((resolve) => {
    execFile(process.execPath, ['build/src/cli.js', ...argv], { env: { PATH: process.env.PATH } }, (error, out, err) => resolve({ code: error === null ? 0 : error.code, out, err }));
  });
}

test('the seed story, on the committed snapshots', async () => {
  const { code, out, err } = await headcheck('check', 'examples/llama-3.1-8b-without-head.headcheck.json', '--base', 'examples/llama-3.1-8b.headcheck.json');
  assert.equal(code, 1);
  assert.equal(err, '');
  assert.match(out.replace(/\s+/g, ' '), /is incomplete: .*`lm_head\.weight` is missing/);
  assert.match(out, /lm_head\.weight +BF16 +128,256 × 4,096 × 2 bytes = 1,050,673,152\n/);
  assert.match(out, /`LlamaModel`[^]*AutoModelForCausalLM/);
  assert.match(out, /base = AutoModelForCausalLM\.from_pretrained\("meta-llama\/Llama-3\.1-8B", /);
  assert.match(out, /model-00004-of-00004\.safetensors +1\.17 GB +117 MB +−1,050,673,288\n/);
});

test('a tied one is complete; several are told together; the worst decides', async () => {
  const tied = await headcheck('check', 'examples/llama-3.2-1b.headcheck.json');
  assert.equal(tied.code, 0);
  assert.match(tied.out, /is complete/);
  const both = await headcheck('check', 'examples/llama-3.2-1b.headcheck.json', './no/such/place', '--format', 'json');
  assert.equal(both.code, 2);
  assert.deepEqual(JSON.parse(both.out).checkpoints.map(({ verdict }: { verdict: string }) => verdict), ['complete', 'unreadable']);
});

test('a snapshot of a snapshot says the same', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'headcheck-cli-')), 'again.headcheck.json');
  const { code } = await headcheck('snapshot', 'examples/llama-3.2-1b.headcheck.json', '-o', path);
  assert.equal(code, 0);
  assert.equal(await readFile(path, 'utf8'), await readFile('examples/llama-3.2-1b.headcheck.json', 'utf8'));
});

test('help needs nothing but the argument parser', async () => {
  const { code, out } = await headcheck('--help');
  assert.equal(code, 0);
  assert.match(out, /^Usage: headcheck/);
});
