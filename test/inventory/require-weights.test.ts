import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeadcheckError, MalformedError, NotFoundError } from '../../src/errors.ts';
import { readCheckpoint } from '../../src/inventory/read.ts';
import { requireWeights, requireWhole } from '../../src/inventory/require-weights.ts';
import { memorySource } from '../../src/source/memory.ts';
import { safetensorsHead } from '../support/checkpoints/safetensors.ts';

const { head: bytes, size } = safetensorsHead({ 'lm_head.weight': ['BF16', [4, 2]] });
const config = { path: 'config.json', bytes: Buffer.from('{"model_type": "llama"}') };
const weights = (path: string) => ({ path, bytes, size });

async function refusal(files: readonly { path: string; bytes: Uint8Array; size?: number }[]): Promise<string> {
  const checkpoint = await readCheckpoint(memorySource('./out', [...files]));
  try {
    requireWeights(checkpoint, './out');
  } catch (error) {
    assert.ok(error instanceof NotFoundError);
    return `${error.message} ${error.hint}`;
  }
  return '';
}

test('a place without weights is refused, for nothing was saved there', async () => {
  assert.equal(await refusal([]), './out is empty. Name the directory or file that holds the checkpoint.');
  assert.equal(await refusal([config]), './out holds no weights. Name the directory or file that holds the checkpoint.');
});

test('folders that do hold weights are named', async () => {
  assert.equal(await refusal([config, weights('checkpoint-20/model.safetensors')]), './out holds no weights. Name the directory that does: weights lie in `./out/checkpoint-20`.');
  assert.match(await refusal(['d', 'a', 'c', 'b', 'e'].map((name) => weights(`${name}/model.safetensors`))), /lie in `\.\/out\/a`, `\.\/out\/b`, `\.\/out\/c` and 2 more\.$/);
});

test('the state of a training run is no weights', async () => {
  assert.equal(await refusal([weights('optimizer.pt')]), './out holds no weights, only `optimizer.pt`, the optimizer\'s state. Name the directory or file that holds the checkpoint.');
});

test('a file that is none of weights, by its name and by what is in it, is refused', async () => {
  const single = async (path: string, bytes: Uint8Array): Promise<string> => {
    try {
      requireWeights(await readCheckpoint(memorySource(`./${path}`, [{ path, bytes }])), `./${path}`);
      return '';
    } catch (error) {
      assert.ok(error instanceof MalformedError);
      return error.message;
    }
  };
  assert.equal(await single('note.txt', Buffer.from('hello notes')), './note.txt holds no weights. It is text of 11 bytes that begins "hello notes".');
  assert.equal(await single('note.txt', Buffer.from('')), './note.txt holds no weights. It is empty (0 bytes).');
  assert.equal(await single('blob', Buffer.alloc(300, 1)), './blob holds no weights.');
  assert.equal(await single('model.safetensors', Buffer.from('<html></html>')), '', 'a broken file of weights is one all the same');
  assert.equal(await single('blob', bytes), '', 'weights without an ending');
  assert.equal(await single('blob', Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12\n`)), '', 'a pointer');
});

test('weights are enough, and so is an index without them', async () => {
  assert.equal(await refusal([weights('model.safetensors')]), '');
  assert.equal(await refusal([config, { path: 'model.safetensors.index.json', bytes: Buffer.from('{"weight_map": {"a": "model-00001-of-00001.safetensors"}}') }]), '');
});

test('a base of which a part cannot be read is refused, with what is wrong with it', async () => {
  const refusalOfBase = async (files: readonly { path: string; bytes: Uint8Array; size?: number }[]): Promise<string> => {
    const base = await readCheckpoint(memorySource('./base', [...files]));
    try {
      requireWhole(base, './base');
    } catch (error) {
      assert.ok(error instanceof HeadcheckError);
      return error.message;
    }
    return '';
  };
  const second = 'model-00002-of-00002.safetensors';
  const rest = [config, weights('model-00001-of-00002.safetensors')];
  assert.equal(await refusalOfBase([...rest, weights(second)]), '');
  assert.equal(await refusalOfBase(rest), `./base lacks ${second}.`);
  assert.match(await refusalOfBase([...rest, { path: second, bytes: Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12\n`) }]), /is a Git LFS pointer/);
  assert.match(await refusalOfBase([...rest, { path: second, bytes: Buffer.from('<html></html>') }]), /holds no weights that can be read/);
});

test('of weights that lie parted over ranks the command that puts them together is named', async () => {
  const zero = await refusal([config, weights('global_step10/zero_pp_rank_0_mp_rank_00_model_states.pt'), weights('global_step10/bf16_zero_pp_rank_0_mp_rank_00_optim_states.pt')]);
  assert.equal(zero, './out holds no weights that a loader takes: DeepSpeed left them in `global_step10`, parted over its ranks. Put them together first: `python zero_to_fp32.py . ./repaired --safe_serialization`');
  assert.match(await refusal([weights('bf16_zero_pp_rank_0_mp_rank_00_optim_states.pt')]), /`cd \.\. && python zero_to_fp32\.py/);
  assert.match(await refusal([config, weights('pytorch_model_fsdp_0/__0_0.distcp'), weights('optimizer_0/__0_0.distcp')]), /FSDP left them in `pytorch_model_fsdp_0`.*`accelerate merge-weights pytorch_model_fsdp_0 \.\/repaired`$/);
  assert.match(await refusal([weights('checkpoint-5/global_step5/zero_pp_rank_0_mp_rank_00_model_states.pt')]), /`cd checkpoint-5 && python zero_to_fp32\.py/);
  assert.match(await refusal([weights('checkpoint-5/model.safetensors'), weights('checkpoint-5/global_step5/zero_pp_rank_0_mp_rank_00_model_states.pt')]), /weights lie in `\.\/out\/checkpoint-5`/);
  assert.match(await refusal([weights('step_5/__0_0.distcp')]), /format_utils dcp_to_torch step_5 pytorch_model\.bin`$/);
  // Whoever named the folders must not write the command.
  assert.match(await refusal([weights('x$(id)/global_step1/zero_pp_rank_0_mp_rank_00_model_states.pt')]), /`cd 'x\$\(id\)' && python/);
  assert.match(await refusal([weights('a b;id/pytorch_model_fsdp_0/__0_0.distcp')]), /merge-weights 'a b;id\/pytorch_model_fsdp_0' \.\/repaired`$/);
  assert.match(await refusal([weights("it's/__0_0.distcp")]), /dcp_to_torch 'it'\\''s' pytorch_model\.bin`$/);
  assert.match(await refusal([weights('-m/__0_0.distcp')]), /dcp_to_torch \.\/-m pytorch_model\.bin`$/);
  assert.match(await refusal([weights('optimizer_0/__0_0.distcp')]), /^\.\/out holds no weights\. Name/);
});
