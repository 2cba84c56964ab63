import assert from 'node:assert/strict';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startHub, type Hub } from '../support/hub/hub.ts';
import { checkpointFiles } from '../support/checkpoints/build.ts';
import { validateReport } from '../support/report-schema.ts';
import { Headcheck, unwrapped } from './support.ts';

const BODY = { 'model.embed_tokens.weight': ['BF16', [32, 8]], 'model.norm.weight': ['BF16', [8]] } as const;
const WHOLE = { ...BODY, 'lm_head.weight': ['BF16', [32, 8]] } as const;
const CONFIG = {
  architectures: ['LlamaForCausalLM'], model_type: 'llama', vocab_size: 32, hidden_size: 8, intermediate_size: 16,
  num_hidden_layers: 0, num_attention_heads: 1, tie_word_embeddings: false,
};
const GPT2 = { architectures: ['GPT2LMHeadModel'], model_type: 'gpt2', vocab_size: 32, n_embd: 8, n_layer: 0, n_head: 1, n_positions: 4 };

describe('what is said to whom calls it', () => {
  let headcheck: Headcheck;
  let hub: Hub;

  before(async () => {
    headcheck = await Headcheck.install();
    const lay = async (folder: string, spec: Parameters<typeof checkpointFiles>[0]): Promise<void> => {
      for (const { path, bytes, size } of checkpointFiles(spec)) await headcheck.write(`${folder}/${path}`, bytes, size);
    };
    await lay('whole', { config: CONFIG, tensors: WHOLE });
    await lay('headless', { config: CONFIG, tensors: BODY });
    await lay('not-json', { files: { 'config.json': '{\n  "model_type": "llama",\n  oops\n}' }, tensors: WHOLE });
    await lay('gpt2', { config: GPT2, tensors: { 'transformer.wte.weight': ['BF16', [32, 8]], 'transformer.wpe.weight': ['BF16', [4, 8]], 'transformer.ln_f.weight': ['BF16', [8]], 'transformer.ln_f.bias': ['BF16', [8]] } });
    await headcheck.write('empty', null);
    await headcheck.write('runs/config.json', JSON.stringify(CONFIG));
    await lay('runs/checkpoint-20', { config: CONFIG, tensors: WHOLE });
    await cp('examples', join(headcheck.folder, 'examples'), { recursive: true });
    const files = Object.fromEntries(checkpointFiles({ config: CONFIG, tensors: WHOLE }).map(({ path, bytes, size = bytes.length }) => [path, Buffer.concat([bytes], size)]));
    hub = await startHub({ repos: { 'org/private': { private: true, readers: ['hf_reader'], files }, 'org/gated': { gated: true, readers: ['hf_reader'], files } } });
  });
  after(async () => {
    await hub.close();
    await headcheck.remove();
  });

  /** Checks that checkpoint together with a sound one: the sound one must be reported whatever befalls the other. */
  async function besideSound(argv: readonly string[], env: Record<string, string> = {}): Promise<{ code: number | null; text: string; json: unknown[] }> {
    const [text, json] = await Promise.all([headcheck.run(['check', 'whole', ...argv], env), headcheck.run(['check', 'whole', ...argv, '--format', 'json'], env)]);
    assert.equal(text.err, '');
    assert.equal(text.code, json.code);
    const report: { checkpoints: { reference: string; verdict: string }[] } = JSON.parse(json.out);
    validateReport(report);
    assert.deepEqual(report.checkpoints.filter(({ reference }) => reference === 'whole').map(({ verdict }) => verdict), ['complete']);
    return { code: text.code, text: unwrapped(text.out), json: report.checkpoints.filter(({ reference }) => reference !== 'whole').map(({ verdict }) => verdict) };
  }

  it('exits with 0, 1 or 2: nothing found, something found, not checked', async () => {
    const code = async (...argv: string[]): Promise<number | null> => (await headcheck.run(['check', ...argv])).code;
    assert.equal(await code('whole'), 0);
    assert.equal(await code('headless'), 1);
    assert.equal(await code('headless', '--fail-on', 'never'), 0);
    assert.equal(await code('whole', 'headless'), 1);
    assert.equal(await code('whole', 'headless', 'nowhere'), 2);
    assert.equal(await code('examples/llama-3.2-1b-tied.headcheck.json'), 0);
    assert.equal(await code('examples/llama-3.2-1b-tied.headcheck.json', '--fail-on', 'warning'), 1);
    assert.equal(await code(), 2);
  });

  it('says of a path that is not there where it looked', async () => {
    const { code, text, json } = await besideSound(['./nowhere']);
    assert.deepEqual([code, json], [2, ['unreadable']]);
    assert.match(text, /✗ `\.\/nowhere` can't be read: there is nothing at \S+\/work\/nowhere\. Check the path;/);
  });

  it('says of a place without weights what lies there', async () => {
    const empty = await besideSound(['empty']);
    assert.deepEqual([empty.code, empty.json], [2, ['unreadable']]);
    assert.match(empty.text, /`empty` can't be read: empty is empty\. Name the directory or file that holds the checkpoint\./);
    const runs = await besideSound(['runs', '--base', 'whole']);
    assert.deepEqual([runs.code, runs.json], [2, ['unreadable']]);
    assert.match(runs.text, /runs holds no weights\. Name the directory that does: weights lie in `runs\/checkpoint-20`/);
  });

  it('says of a repository that it may not see which token it lacks', async () => {
    const env = { HF_ENDPOINT: hub.endpoint };
    const hidden = await besideSound(['hf://org/private'], env);
    assert.deepEqual([hidden.code, hidden.json], [2, ['unreadable']]);
    assert.match(hidden.text, /HF_TOKEN/);
    const gated = await besideSound(['hf://org/gated'], env);
    assert.deepEqual([gated.code, gated.json], [2, ['unreadable']]);
    assert.match(gated.text, /is gated: .*Accept the conditions at \S+\/org\/gated and set HF_TOKEN/);
    const allowed = await besideSound(['hf://org/private', 'hf://org/gated'], { ...env, HF_TOKEN: 'hf_reader' });
    assert.deepEqual([allowed.code, allowed.json], [0, ['complete', 'complete']]);
  });

  it('says of a config that is not JSON on which line', async () => {
    const { code, text, json } = await besideSound(['not-json']);
    assert.deepEqual([code, json], [1, ['incomplete']]);
    assert.match(text, /`config\.json` cannot be parsed Line 3: expected a key in quotation marks, found "oops"/);
    assert.match(text, /Repair the file/);
  });

  it('says of a base of another architecture that the two were not compared', async () => {
    const { code, out } = await headcheck.run(['check', 'whole', '--base', 'gpt2']);
    assert.equal(code, 2);
    assert.match(unwrapped(out), /^✗ The base `gpt2` is of the model type `gpt2`, the checkpoint of `llama`, so `whole` was not compared with it\. Name the model that the checkpoint was made from\..*`whole` is complete/);
    const larger = await headcheck.run(['check', 'whole', '--base', 'examples/llama-3.1-8b.headcheck.json']);
    assert.equal(larger.code, 2);
    assert.match(unwrapped(larger.out), /is of another size or layout than the checkpoint, so `whole` was not compared with it\./);
    const absent = await headcheck.run(['check', 'whole', '--base', './nowhere']);
    assert.equal(absent.code, 2);
    assert.match(unwrapped(absent.out), /^✗ The base `\.\/nowhere` could not be read: .*Check the path.*`whole` is complete/);
  });

  it('says of a malformed headcheck.yml what stands on which line, and checks what it can', async () => {
    await headcheck.write('.github/headcheck.yml', 'checkpoints:\n  - refrence: x\n  - reference: headless\nfail-on: eror\n');
    const listed = await headcheck.run(['check']);
    assert.equal(listed.code, 2);
    assert.match(unwrapped(listed.out), /headcheck\.yml:2`: Unknown key `refrence`\. Did you mean `reference`\?.*headcheck\.yml:4`: `fail-on` should be error, warning or never; found `eror`.*`headless` is incomplete/);
    await headcheck.write('.github/headcheck.yml', 'checkpoints: [\n');
    const named = await headcheck.run(['check', 'whole']);
    assert.equal(named.code, 2);
    assert.match(unwrapped(named.out), /✗ `\.github\/headcheck\.yml:\d+`: Not valid YAML at line.*`whole` is complete/);
    await headcheck.write('.github/headcheck.yml', '# nothing\n');
  });

  it('writes every format', async () => {
    const argv = ['check', 'examples/llama-3.1-8b-without-head.headcheck.json', 'whole', '--base', 'examples/llama-3.1-8b.headcheck.json'];
    const [json, markdown, sarif, html] = await Promise.all(['json', 'markdown', 'sarif', 'html'].map(async (format) => (await headcheck.run([...argv, '--format', format])).out));
    const report: unknown = JSON.parse(json ?? '');
    validateReport(report);
    assert.match(markdown ?? '', /^> \[!CAUTION\]\n> \*\*1 of 2 checkpoints is incomplete; 1 is complete\.\*\*\n/);
    assert.match(markdown ?? '', /```python\n[^]*AutoModelForCausalLM/);
    assert.equal(JSON.parse(sarif ?? '').runs[0].results[0].ruleId, 'head-missing');
    assert.match(html ?? '', /^<!doctype html>[^]*lm_head\.weight[^]*<\/html>\s*$/i);
    const files = await headcheck.run([...argv, '-o', 'report.json', '-o', 'report.md', '-o', 'report.sarif', '-o', 'report.html']);
    assert.equal(files.code, 2, 'the second was not made from that base, so that it could not be compared as asked');
    assert.match(files.out, /is incomplete/);
    for (const [name, text] of [['report.json', json], ['report.md', markdown], ['report.sarif', sarif], ['report.html', html]] as const) {
      assert.equal(await readFile(join(headcheck.folder, name), 'utf8'), text);
    }
  });

  it('takes a snapshot that stands for the base', async () => {
    assert.deepEqual(await headcheck.run(['snapshot', 'whole', '-o', 'base.headcheck.json']), { code: 0, out: '', err: '' });
    const checked = await headcheck.run(['check', 'headless', '--base', 'base.headcheck.json', '--format', 'json']);
    assert.equal(checked.code, 1);
    assert.deepEqual(JSON.parse(checked.out).checkpoints[0].missing, [{ name: 'lm_head.weight', dtype: 'BF16', shape: [32, 8], bytes: 512 }]);
    const none = await headcheck.run(['snapshot', 'empty']);
    assert.deepEqual([none.code, none.err], [2, 'headcheck: empty is empty.\n  Name the directory or file that holds the checkpoint.\n']);
  });

  it('explains its rules', async () => {
    const all = await headcheck.run(['explain']);
    assert.equal(all.code, 0);
    for (const rule of ['head-missing', 'head-tied', 'shard-missing']) assert.match(all.out, new RegExp(`^${rule} +(?:error|warning|note) `, 'm'));
    const one = await headcheck.run(['explain', 'head-missing']);
    assert.match(one.out, /^head-missing \(error\)\n[^]*Why: [^]*How it decides: /);
    const wrong = await headcheck.run(['explain', 'head-mising']);
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /There is no rule head-mising\. Did you mean head-missing\?/);
  });
});
