import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'node:test';
import { discover } from '../../src/discovery/discover.ts';
import { MAX_REFERENCES } from '../../src/discovery/limits.ts';
import { parseReference } from '../../src/reference/parse.ts';
import { added, found } from './support.ts';

const PATHS = ['a.yaml', 'a.json', 'a.toml', 'a.md', 'a.py'];
const hostile: Readonly<Record<string, string>> = {
  'open brackets': '['.repeat(25000), 'open braces': '{'.repeat(25000), 'open calls': 'f('.repeat(12500), 'from_pretrained calls': 'a.from_pretrained('.repeat(5000),
  quotes: '"'.repeat(25000), 'triple quotes': '"""'.repeat(8333), backslashes: '\\'.repeat(25000), blanks: ' '.repeat(25000), 'blanks in a key': `a${' '.repeat(25000)}b`,
  slashes: 'a/'.repeat(12500), addresses: 'hf://'.repeat(5000), 'long address': `https://huggingface.co/${'a'.repeat(25000)}/b`, stars: '*a_'.repeat(7500), underscores: '_a'.repeat(10000),
  'open links': '[a]('.repeat(6250), 'open images': '![['.repeat(7500), backticks: Array.from({ length: 400 }, (_, i) => '`'.repeat(i)).join(' '), quotations: `${'>'.repeat(2000)} a`, 'nested lists': Array.from({ length: 300 }, (_, i) => `${' '.repeat(i * 2)}- a`).join('\n'),
  comments: '<!--'.repeat(6250), dashes: `---\n${'- '.repeat(7500)}`, anchors: Array.from({ length: 1000 }, (_, i) => `a${i}: &a${i} *a${i - 1}`).join('\n'), hashes: '#'.repeat(25000), commas: `f(${'a,'.repeat(12500)}`,
  'nested lists of YAML': '- '.repeat(5000), 'nested keys': 'a: '.repeat(5000), 'not Unicode': '\ud800\udfff\u0000\u202e'.repeat(2500), 'table rows': '|a'.repeat(12500), entities: '&#x'.repeat(7500),
};

/** Honest cost: well under a second; quadratic: half a minute and more. */
const repeated: Readonly<Record<string, readonly [path: string, text: string]>> = {
  'a mapping of very many models': ['a.json', `{${Array.from({ length: 19_000 }, () => '"model": "a-b/c", "x": 1').join(', ')}}`],
  'adapters among very many keys': ['a.yaml', Array.from({ length: 11_000 }, (_, i) => `adapter: a-b/c\nkey${i}: 1`).join('\n')],
  'a list of very many names': ['a.yaml', `base_model: [${'a/b,'.repeat(130_000)}]`],
  'arguments of very many models': ['a.yaml', `args: [${'--model, a-b/c, '.repeat(30_000)}x]`],
  'one model on very many lines': ['a.py', 'p.add_argument("--model", default="a-b/c")\n'.repeat(11_000)],
};

describe('hostile repetition', () => {
  for (const [title, [path, text]] of Object.entries(repeated)) {
    it(title, { timeout: 60_000 }, async () => {
      const { references } = await discover({ files: [added(path, text)], body: null, config: [], paths: new Set() });
      for (const { alsoAt } of references) assert.ok(alsoAt.length <= 50);
    });
  }
});

describe('hostile text', () => {
  for (const [title, text] of Object.entries(hostile)) {
    it(title, { timeout: 60_000 }, async () => {
      // The runner's own limit tells what hangs; the honest cost is a few milliseconds.
      for (const path of PATHS) await discover({ files: [added(path, `${text}\nmodel/x`)], body: text.slice(0, 65_536), config: [], paths: new Set() });
    });
  }

  it('brackets of TOML do not use up the stack', async () => {
    for (const text of [`a = ${'['.repeat(5000)}${']'.repeat(5000)}`, `a = ${'{a='.repeat(5000)}1${'}'.repeat(5000)}`, `${'a.'.repeat(5000)}b = 1`]) {
      assert.deepEqual(await found([added('a.toml', `base_model = "org-x/one"\n${text}\n`), added('b.toml', 'base_model = "org-x/two"\n')], {}), ['hf://org-x/one 1', 'hf://org-x/two 1']);
    }
  });

  it('one file that cannot be parsed keeps no other from being read', async () => {
    assert.deepEqual(await found([added('a.yaml', `${'['.repeat(100_000)}a/b`), added('b.yaml', 'base_model: org-x/one\n')]), ['hf://org-x/one 1']);
  });

  it('a listing of a thousand is cut, and what is cut is said', async () => {
    const { references, beyond } = await discover({ files: [added('a.yaml', Array.from({ length: 1000 }, (_, i) => `- base_model: org-x/m${i}`).join('\n'))], body: null, config: [], paths: new Set() });
    assert.equal(references.length, MAX_REFERENCES);
    assert.equal(beyond.length, 1000 - MAX_REFERENCES);
  });

  it('a file of data is not parsed', async () => {
    const { references, skipped } = await discover({ files: [added('a.json', `{"base_model": "org-x/one", "x": "${'y'.repeat(600_000)}"}`)], body: null, config: [], paths: new Set() });
    assert.deepEqual(references, []);
    assert.match(skipped[0]?.reason ?? '', /too many/);
  });

  it('names cannot leave their place: every reference reads back as a path of the repository or a model', async () => {
    const part = fc.oneof(fc.constantFrom('..', '.', '%2e%2e', '@', 'a', 'org-x', '\n', '`', '"', '<', '#', '?', '%', '\\', ' ', 'refs/pr/1', '\u202e', 'é'), fc.string({ maxLength: 4 }));
    const name = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
    await fc.assert(fc.asyncProperty(name, name, async (a, b) => {
      const text = JSON.stringify({ base_model: a, revision: b, weights: `hf://${a}@${b}`, url: `https://huggingface.co/${a}/tree/${b}` }, null, 1);
      for (const reference of await found([added('a.json', text)])) {
        const parsed = parseReference(reference.replace(/ \d+$/, ''), { directory: '/', hubEndpoint: 'https://huggingface.co' });
        assert.equal(parsed.kind, 'hub');
        assert.doesNotMatch(reference, /[\u0000-\u001f`<>"\\]|\.\.(?:\/|$)/);
      }
    }), { numRuns: 200 });
  });
});
