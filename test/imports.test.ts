import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, posix } from 'node:path';
import { test } from 'node:test';

/** Data flows one way: a stage imports only those before it. */
const STAGES = ['reference', 'discovery', 'source', 'format', 'inventory', 'architecture', 'comparison', 'diagnosis', 'report', 'publish'];
/** What the user set, beside the stages: read at the edges, looked at by those who deliver. */
const SETTINGS = ['version.ts', 'settings.ts', 'settings'];
/** What every stage may import. */
const LEAVES = ['bytes', 'errors.ts'];
/** Stages that read and write files or talk to servers. */
const DO_IO = new Set(['source', 'discovery', 'publish', 'action', 'cli']);
const EDGES = new Set(['action', 'cli', 'action.ts', 'cli.ts']);
const IO_MODULES = /^node:(?:fs|http|https|net|tls|dns|child_process|dgram)(?:\/|$)|^undici$|^https-proxy-agent$|^@octokit\//;

interface Import {
  readonly file: string;
  /** First folder below src, or the file itself. */
  readonly from: string;
  readonly specifier: string;
  /** The same of what is imported; null for a package. */
  readonly to: string | null;
}

function imports(): Import[] {
  const files = readdirSync('src', { recursive: true }).map(String).map((path) => path.replaceAll('\\', '/')).filter((path) => path.endsWith('.ts') && !path.startsWith('architecture/data/'));
  return files.flatMap((file) => {
    const text = readFileSync(`src/${file}`, 'utf8');
    return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map(([, specifier = '']) => {
      const target = specifier.startsWith('.') ? posix.join(dirname(file), specifier) : null;
      return { file, from: file.split('/')[0] ?? '', specifier, to: target === null ? null : (target.split('/')[0] ?? '') };
    });
  });
}

const all = imports();

test('the imports of every source are seen', () => {
  assert.ok(all.length > 300);
  assert.ok(all.some(({ file, to }) => file === 'check.ts' && to === 'judge.ts'));
});

test('a stage imports only earlier stages', () => {
  const wrong = all.filter(({ from, to }) => {
    if (to === null || from === to || LEAVES.includes(to)) return false;
    if (LEAVES.includes(from)) return true;
    const own = STAGES.indexOf(from);
    return own >= 0 && (STAGES.indexOf(to) < 0 ? !SETTINGS.includes(to) : STAGES.indexOf(to) > own);
  });
  assert.deepEqual(wrong.map(({ file, specifier }) => `${file} imports ${specifier}`), []);
});

test('only source, discovery, publish and the edges do I/O', () => {
  const wrong = all.filter(({ from, specifier }) => IO_MODULES.test(specifier) && !DO_IO.has(from) && !EDGES.has(from));
  assert.deepEqual(wrong.map(({ file, specifier }) => `${file} imports ${specifier}`), []);
});

test('only the edges and publish know the runner', () => {
  const wrong = all.filter(({ from, specifier }) => specifier.startsWith('@actions/') && !EDGES.has(from) && from !== 'publish');
  assert.deepEqual(wrong.map(({ file, specifier }) => `${file} imports ${specifier}`), []);
});
