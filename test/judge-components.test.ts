import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bareLlama, llama } from '../src/diagnosis/examples.ts';
import type { ExampleCheckpoint } from '../src/diagnosis/rule.ts';
import { readCheckpoint } from '../src/inventory/read.ts';
import { plain } from '../src/report/report.ts';
import type { CheckpointReport } from '../src/report/report.ts';
import { memorySource } from '../src/source/memory.ts';
import type { MemoryFile } from '../src/source/memory.ts';
import { safetensorsHead } from './support/checkpoints/safetensors.ts';
import { exampleFiles, judgedRead, rulesOf } from './support/examples.ts';

const unet = safetensorsHead({ 'conv_in.weight': ['BF16', [4, 4]] }, { format: 'pt' });
const UNET: MemoryFile[] = [
  { path: 'unet/diffusion_pytorch_model.safetensors', bytes: Buffer.concat([unet.head, new Uint8Array(32)]) },
  { path: 'unet/config.json', bytes: Buffer.from('{"_class_name": "UNet2DConditionModel"}') },
];

const inFolder = (folder: string, example: ExampleCheckpoint): MemoryFile[] => exampleFiles(example).map(({ path, bytes }) => ({ path: `${folder}/${path}`, bytes }));

async function pipeline(index: object, files: readonly MemoryFile[], base: readonly MemoryFile[] | null = null): Promise<CheckpointReport> {
  const written = { path: 'model_index.json', bytes: Buffer.from(JSON.stringify({ _class_name: 'OwnPipeline', tokenizer: ['transformers', 'LlamaTokenizer'], safety_checker: [null, null], ...index })) };
  const read = await readCheckpoint(memorySource('./sd', [written, ...files]));
  return await judgedRead(read, base === null ? null : await readCheckpoint(memorySource('./base', [written, ...base])));
}

describe('a pipeline of components, without a base', () => {
  it('is complete where each is, and a text encoder needs no head', async () => {
    const report = await pipeline({ text_encoder: ['transformers', 'LlamaModel'], prior: ['transformers', 'LlamaForCausalLM'] }, [...inFolder('text_encoder', bareLlama()), ...inFolder('prior', llama())]);
    assert.equal(report.verdict, 'complete');
    assert.deepEqual(report.findings, []);
    const [bare, whole] = [Object.keys(bareLlama().tensors).length, Object.keys(llama().tensors).length];
    assert.equal(report.totals.tensors, bare + whole);
  });

  it('goes by the class that the pipeline loads, whatever the component says of itself', async () => {
    const report = await pipeline({ prior: ['transformers', 'LlamaForCausalLM'] }, inFolder('prior', bareLlama()));
    assert.equal(report.verdict, 'incomplete');
    assert.deepEqual(rulesOf(report, 'error'), ['head-missing']);
    assert.match(plain(report.findings[0]?.title ?? []), /^prior: /);
    assert.deepEqual(report.missing.map(({ name }) => name), ['prior/lm_head.weight']);
    assert.deepEqual(report.findings[0]?.parameters, ['prior/lm_head.weight']);
  });

  it('cannot be told of classes of diffusers, and says of which, and what is complete', async () => {
    const report = await pipeline({ unet: ['diffusers', 'UNet2DConditionModel'], text_encoder: ['transformers', 'LlamaModel'] }, [...UNET, ...inFolder('text_encoder', bareLlama())]);
    assert.equal(report.verdict, 'unknown');
    assert.equal(plain(report.reason ?? []), 'What unet should hold shows only beside the base: nothing is known of the classes of diffusers. Name the base to get a verdict. text_encoder is complete.');
  });

  it('is incomplete where a component holds no weights, unless they are of another kind', async () => {
    const index = { unet: ['diffusers', 'UNet2DConditionModel'], vae: ['diffusers', 'AutoencoderKL'] };
    const config = { path: 'vae/config.json', bytes: Buffer.from('{}') };
    const report = await pipeline(index, [...UNET, config]);
    assert.equal(report.verdict, 'incomplete');
    assert.deepEqual(report.findings.map(({ title }) => plain(title)), ['vae/ holds no weights']);
    const onnx = await pipeline(index, [...UNET, config, { path: 'vae/model.onnx', bytes: new Uint8Array(8) }]);
    assert.equal(onnx.verdict, 'unknown');
  });

  it('tells of a broken component once, under its folder', async () => {
    const cut = inFolder('prior', { ...llama(), resize: { 'model.safetensors': -10 } });
    const report = await pipeline({ prior: ['transformers', 'LlamaForCausalLM'] }, cut);
    assert.deepEqual(rulesOf(report, 'error'), ['file-truncated']);
    assert.deepEqual(report.findings.map(({ location }) => location?.path), ['prior/model.safetensors']);
  });
});

describe('a pipeline beside its base', () => {
  it('is compared component by component', async () => {
    const index = { unet: ['diffusers', 'UNet2DConditionModel'], prior: ['transformers', 'LlamaForCausalLM'] };
    const base = [...UNET, ...inFolder('prior', llama())];
    assert.equal((await pipeline(index, base, base)).verdict, 'complete');
    const report = await pipeline(index, inFolder('prior', llama()), base);
    assert.equal(report.verdict, 'incomplete');
    assert.deepEqual(rulesOf(report, 'error'), ['empty-checkpoint']);
    assert.deepEqual(report.missing.map(({ name }) => name), ['unet/conv_in.weight']);
    assert.equal(report.ledger.reduce((sum, { bytes }) => sum + bytes, 0), report.shards.reduce((sum, row) => sum + (row.bytes ?? 0) - (row.baseBytes ?? 0), 0));
  });
});
