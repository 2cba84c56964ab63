import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

/** What is installed or compiled here, or kept by git, is not of the project. */
const NOT_OURS = /^(?:node_modules|build|\.git|\.venv[^/]*)(?:\/|$)|\.(?:log|gz)$/;
/** Paths that exist on one machine only, and hosts that packages happened to come from. */
const OF_ONE_MACHINE = /(?<![\w.$}~-])\/(?:work|root|tmp)\/[\w.-]/;
const REGISTRY = /\bregistry\.[a-z-]+\.(?:org|com|io)\b|\/_npm\//;

const files = readdirSync('.', { withFileTypes: true }).flatMap((entry) => {
  if (NOT_OURS.test(entry.name)) return [];
  if (!entry.isDirectory()) return [entry.name];
  return readdirSync(entry.name, { recursive: true, withFileTypes: true }).filter((inner) => inner.isFile()).map((inner) => `${inner.parentPath}/${inner.name}`);
}).filter((path) => !NOT_OURS.test(path));

/** Lines that match, of all files but those that bundle what others wrote. */
function linesWith(pattern: RegExp, skipped: RegExp): string[] {
  return files.filter((path) => !skipped.test(path)).flatMap((path) =>
    readFileSync(path, 'utf8').split('\n').flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}: ${pattern.exec(line)?.[0]}`] : [])));
}

describe('the project', () => {
  it('holds no path of the machine that it was made on', () => {
    assert.deepEqual(linesWith(OF_ONE_MACHINE, /^dist\//), []);
    // Libraries name such paths too; what must not leak into a bundle is where it was built.
    const here = process.cwd();
    assert.deepEqual(files.filter((path) => path.startsWith('dist/') && readFileSync(path, 'utf8').includes(here)), []);
  });

  it('names no registry, so that the lock file holds anywhere', () => {
    assert.deepEqual(linesWith(REGISTRY, /^dist\//), []);
    assert.ok(!readFileSync('package-lock.json', 'utf8').includes('"resolved"'));
    const lock: { lockfileVersion: number; packages: Record<string, { integrity?: string; link?: boolean }> } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
    const unsure = Object.entries(lock.packages).filter(([path, { integrity }]) => path !== '' && integrity === undefined);
    assert.deepEqual(unsure.map(([path]) => path), []);
  });

  it('opens its README with a picture, in both themes and of a size that loads at once', () => {
    const [, ...pictures] = /srcset="([^"]+)"[^]*?src="([^"]+)"/.exec(readFileSync('README.md', 'utf8').slice(0, 1_500)) ?? [];
    assert.deepEqual(pictures, ['docs/images/comment.dark.png', 'docs/images/comment.light.png']);
    for (const path of pictures) {
      const bytes = readFileSync(path);
      assert.deepEqual([bytes.subarray(1, 4).toString('latin1'), bytes.length < 150_000], ['PNG', true]);
    }
  });

  it('names the same release everywhere', () => {
    const { version, engines } = JSON.parse(readFileSync('package.json', 'utf8'));
    const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
    assert.deepEqual([lock.version, lock.packages[''].version], [version, version]);
    assert.equal(engines.node, '>=20');
    const action = readFileSync('action.yml', 'utf8');
    assert.match(action, /using: node24\n/);
    const references = files.filter((path) => /\.(?:md|yml)$/.test(path)).flatMap((path) => [...readFileSync(path, 'utf8').matchAll(/headcheck\/headcheck@([\w.]+)/g)].map(([, tag]) => tag));
    assert.deepEqual([...new Set(references)], [`v${version.split('.')[0]}`]);
    assert.equal(readFileSync('.nvmrc', 'utf8').trim(), '24');
  });
});
