import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { check } from '../src/check.ts';
import { bareLlama } from '../src/diagnosis/examples.ts';
import { plain } from '../src/report/report.ts';
import type { Report } from '../src/report/report.ts';
import { exampleFiles } from './support/examples.ts';

describe('what was found by its ending alone', () => {
  let directory: string;
  before(async () => { directory = await mkdtemp(join(tmpdir(), 'headcheck-check-')); });
  after(async () => { await rm(directory, { recursive: true }); });

  const run = async (reference: string, isWeak: boolean): Promise<Report> => await check({
    targets: [{ reference, base: null, waivers: [], isWeak, origin: { path: reference, line: 1 } }],
    failOn: 'error', severities: {}, hub: { endpoint: 'https://huggingface.co', token: null }, directory, proxy: null, today: '2026-11-23',
  });
  const copy = async (fixture: string, name: string): Promise<string> => {
    await copyFile(`test/fixtures/format/torch/${fixture}`, join(directory, name));
    return name;
  };

  test('is noted where it holds no state dict', async () => {
    await writeFile(join(directory, 'model.bin'), Buffer.from([7, 200, 150, 9, 33, 255, 254, 1, 0, 12]));
    await writeFile(join(directory, 'model.ckpt'), 'model_checkpoint_path: "model.ckpt-100"\n');
    const names = [await copy('tensor.pt', 'a.pt'), await copy('number.pt', 'b.pt'), await copy('whole-module.pt', 'c.pt'), await copy('empty.bin', 'd.pt'), await copy('parameters.bin', 'batch.pt'), 'model.bin', 'model.ckpt'];
    for (const name of names) {
      const { checkpoints, notices } = await run(name, true);
      assert.deepEqual(checkpoints, [], name);
      assert.deepEqual(notices.map(({ severity, obstacle, location, message }) => [severity, obstacle, location?.path, plain(message)]), [['note', undefined, name, `${name} was not checked, as its ending is also that of other files, and it holds no state dict of a model.`]]);
    }
  });

  test('is judged where it holds one, where it is cut off, and where it would run code', async () => {
    await writeFile(join(directory, 'empty.pt'), '');
    await writeFile(join(directory, 'cut.pt'), Buffer.from('PK\x03\x04 and then the upload ended'));
    for (const name of [await copy('module.bin', 'e.pt'), await copy('groups.pt', 'f.ckpt'), await copy('attack.bin', 'g.pt'), 'empty.pt', 'cut.pt']) {
      const { checkpoints, notices } = await run(name, true);
      assert.deepEqual([checkpoints.length, notices], [1, []], name);
    }
  });

  test('is judged where it was named', async () => {
    const { checkpoints, notices } = await run(await copy('number.pt', 'h.pt'), false);
    assert.deepEqual([checkpoints.length, notices], [1, []]);
  });
});

test('a declared class that does not exist is an error at its line, and the checkpoint is judged all the same', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'headcheck-check-'));
  try {
    for (const { path, bytes } of exampleFiles(bareLlama())) await writeFile(join(directory, path), bytes);
    const { checkpoints, notices } = await check({
      targets: [{ reference: '.', base: null, class: 'LlamaForCausalML', waivers: [], origin: { path: 'headcheck.yml', line: 2 } }],
      failOn: 'error', severities: {}, hub: { endpoint: 'https://huggingface.co', token: null }, directory, proxy: null, today: '2026-11-23',
    });
    assert.deepEqual(checkpoints.map(({ verdict }) => verdict), ['incomplete']);
    assert.deepEqual(notices.map(({ severity, obstacle, location }) => [severity, obstacle, location]), [['error', 'state', { path: 'headcheck.yml', line: 2 }]]);
    assert.match(plain(notices[0]?.message ?? []), /such as LlamaForCausalLM, /);
  } finally {
    await rm(directory, { recursive: true });
  }
});
