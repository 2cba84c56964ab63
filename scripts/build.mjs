// Compiles the sources and bundles the two edges into dist/: the same bytes for the same sources, in any folder, on any machine.
import { execFile, execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { transform } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const EDGES = ['action', 'cli'];

// What an earlier compilation left must neither be bundled nor stay beside the new.
for (const folder of ['build', 'dist']) rmSync(join(root, folder), { recursive: true, force: true });
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'], { cwd: root, stdio: 'inherit' });
await Promise.all(EDGES.map(async (edge) => {
  await bundle(edge);
  await minifyChunks(join(root, 'dist', edge));
}));
for (const edge of EDGES) console.log(describe(edge));

/** Bundles a compiled edge. What is imported with `import()` becomes a chunk, loaded when it is asked for. */
async function bundle(edge) {
  const ncc = ['node_modules/@vercel/ncc/dist/ncc/cli.js', 'build', `build/src/${edge}.js`, '--out', `dist/${edge}`, '--minify', '--license', 'licenses.txt', '--no-cache', '--quiet'];
  try {
    await promisify(execFile)(process.execPath, ncc, { cwd: root });
  } catch (error) {
    throw new Error(`ncc could not bundle ${edge}:\n${error.stdout}${error.stderr}`, { cause: error });
  }
}

/** ncc minifies the entry alone. Licences stay in licenses.txt. */
async function minifyChunks(folder) {
  const chunks = readdirSync(folder).filter((name) => /^\d+\.index\.js$/.test(name));
  await Promise.all(chunks.map(async (name) => {
    const path = join(folder, name);
    const { code } = await transform(readFileSync(path, 'utf8'), { minify: true, format: 'esm', target: 'node20', legalComments: 'none', charset: 'utf8' });
    writeFileSync(path, code);
  }));
}

function describe(edge) {
  const names = readdirSync(join(root, 'dist', edge));
  const bytes = names.reduce((sum, name) => sum + readFileSync(join(root, 'dist', edge, name)).length, 0);
  return `dist/${edge}: ${names.length} files, ${Math.round(bytes / 1000)} kB`;
}
