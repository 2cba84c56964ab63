import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { asMoved, movedFrom, movesOf } from '../../src/gate/moves.ts';
import { checkpoint, finding } from '../support/reports.ts';

const moves = (...pairs: readonly (readonly [string, string])[]) => movesOf(pairs.map(([previousPath, path]) => ({ path, previousPath, status: 'renamed', patch: null })));

describe('where a checkpoint was before', () => {
  const from = (reference: string, pairs: readonly (readonly [string, string])[], before: readonly string[] | null = []): string | null =>
    movedFrom(reference, moves(...pairs), before === null ? null : new Set(before));

  it('is the folder from which its weights come', () => {
    assert.equal(from('b', [['a/config.json', 'b/config.json'], ['a/model.safetensors', 'b/model.safetensors']], ['a/model.safetensors']), 'a');
    assert.equal(from('./ml/b/', [['old/a/model-00001-of-00002.safetensors', 'ml/b/model-00001-of-00002.safetensors']]), 'old/a');
    assert.equal(from('sd2', [['sd/unet/diffusion_pytorch_model.safetensors', 'sd2/unet/diffusion_pytorch_model.safetensors']]), 'sd');
    assert.equal(from('b', [['model.safetensors', 'b/model.safetensors']]), '.');
    assert.equal(from('.', [['b/model.safetensors', 'model.safetensors']]), 'b');
    assert.equal(from('b', [['a/model.safetensors', 'b/model.safetensors']], null), 'a', 'though nobody lists the base');
  });

  it('is the file that has another name now', () => {
    assert.equal(from('q/b.gguf', [['q/a.gguf', 'q/b.gguf']]), 'q/a.gguf');
    assert.equal(from('base.headcheck.json', [['old.headcheck.json', 'base.headcheck.json']]), 'old.headcheck.json');
    assert.equal(from('b', [['a/llama.safetensors', 'b/model.safetensors']]), 'a/llama.safetensors');
    assert.equal(from('b', [['a/model.fp16.safetensors', 'b/model.safetensors']]), 'a');
  });

  it('is the same place where it had weights already, and nowhere where none come from elsewhere', () => {
    const shard = [['a/model-00001-of-00002.safetensors', 'b/model-00001-of-00002.safetensors']] as const;
    assert.equal(from('b', shard, ['b/model-00002-of-00002.safetensors']), null);
    assert.equal(from('b', [['a/config.json', 'b/config.json']]), null);
    assert.equal(from('c', shard), null);
    assert.equal(from('bb', shard), null);
  });
});

describe('what was found before', () => {
  const at = (path: string) => finding({ rule: 'file-truncated', location: { path, line: 2 } });
  const places = (before: string, now: string, pairs: readonly (readonly [string, string])[], path: string): unknown => {
    const { reference, findings } = asMoved(checkpoint({ reference: before, findings: [at(path), finding({ rule: 'x' })] }), now, moves(...pairs));
    return [reference, findings.map(({ location }) => location?.path)];
  };

  it('reads as it does now, of files by their new names', () => {
    assert.deepEqual(places('a', 'b', [['a/model.safetensors', 'b/model.safetensors']], 'model.safetensors'), ['b', ['model.safetensors', undefined]]);
    assert.deepEqual(places('q/a.gguf', 'q/b.gguf', [['q/a.gguf', 'q/b.gguf']], 'a.gguf'), ['q/b.gguf', ['b.gguf', undefined]]);
    assert.deepEqual(places('a', 'a', [['a/x.safetensors', 'a/y.safetensors']], 'x.safetensors'), ['a', ['y.safetensors', undefined]]);
    assert.deepEqual(places('a', 'a', [['a/x.safetensors', 'c/x.safetensors']], 'x.safetensors'), ['a', ['x.safetensors', undefined]]);
    assert.deepEqual(places('hf://org/a', 'hf://org/b', [['x', 'y']], 'x'), ['hf://org/a', ['x', undefined]]);
  });
});
