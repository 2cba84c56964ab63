import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readCheckpoint } from '../../../src/inventory/read.ts';
import { corpusSource, readCorpus } from './corpus.ts';

suite('corpus', () => {
  test('lays a line out as a checkpoint, with the numbers of Python and the true sizes', async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'headcheck-'));
    t.after(() => rm(directory, { recursive: true }));
    const header = JSON.stringify({ a: { dtype: 'F32', shape: [1000], data_offsets: [0, 4000] } });
    const line = `{"id": "x/good", "base": null, "config": {"limit": [0.0, -Infinity], "text": "Infinity \\" NaN"}, "extra": {"adapter_config.json": {"r": 1}}, "files": [{"path": "adapter_model.safetensors", "size": ${8 + header.length + 4000}, "header": ${JSON.stringify(header)}}], "oracle": {"missing": []}}`;
    await writeFile(join(directory, 'corpus.jsonl.gz'), gzipSync(`${line}\n`));
    const { value: item } = await readCorpus(join(directory, 'corpus.jsonl.gz')).next();
    assert.ok(item !== undefined);
    assert.deepEqual(item['oracle'], { missing: [] });
    const checkpoint = await readCheckpoint(corpusSource(item));
    assert.deepEqual(checkpoint.config, { limit: [0, -Infinity], text: 'Infinity " NaN' });
    assert.deepEqual([checkpoint.reference, checkpoint.format, checkpoint.adapterConfig, checkpoint.problems], ['x/good', 'adapter', { r: 1 }, []]);
    assert.deepEqual(checkpoint.tensors.info(0), { name: 'a', dtype: 'F32', shape: [1000], bytes: 4000 });
  });
});
