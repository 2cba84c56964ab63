import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatHubReference } from '../../src/reference/hub-id.ts';
import { parseReference } from '../../src/reference/parse.ts';

describe('a place on the Hub, written and read again', () => {
  for (const revision of [null, 'main', 'refs/pr/3', 'refs/convert/parquet', 'feature/new-head', 'refs/heads/x', 'a%2Fb', 'v1#2']) {
    for (const path of [null, 'unet', 'a/b']) {
      it(`${revision ?? 'the default branch'}, ${path ?? 'the root'}`, () => {
        const reference = parseReference(formatHubReference('org/name', revision, path), { directory: '/', hubEndpoint: 'https://huggingface.co' });
        assert.ok(reference.kind === 'hub');
        assert.deepEqual([reference.repo, reference.revision, reference.path], ['org/name', revision, path]);
      });
    }
  }
});
