// Compiles, then runs every test with node's own runner. `node scripts/test.mjs [part of a file name …]` runs only those.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = (args) => spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;

const compiled = run(['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json']);
if (compiled !== 0) process.exit(compiled);

// Compiled tests whose source is gone must not run: the sources decide.
const wanted = process.argv.slice(2);
const files = readdirSync(`${root}test`, { recursive: true })
  .map(String)
  .filter((path) => path.endsWith('.test.ts') && (wanted.length === 0 || wanted.some((part) => path.includes(part))))
  .sort()
  .map((path) => `build/test/${path.replace(/\.ts$/, '.js')}`);
if (files.length === 0) {
  console.error(`no test file matches ${wanted.join(', ')}`);
  process.exit(1);
}
// Node leaves one core to itself, which on two cores means one file after another; many tests only wait for a server.
process.exit(run(['--test', `--test-concurrency=${availableParallelism() + 1}`, '--test-reporter=spec', ...files]));
