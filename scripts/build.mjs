// Compiles the sources and bundles the two edges into dist/, the same bytes for the same sources.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = (...args) => execFileSync(process.execPath, args, { cwd: root, stdio: 'inherit' });

rmSync(`${root}dist`, { recursive: true, force: true });
run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.json');
for (const edge of ['action', 'cli']) {
  run('node_modules/@vercel/ncc/dist/ncc/cli.js', 'build', `build/src/${edge}.js`, '--out', `dist/${edge}`, '--minify', '--license', 'licenses.txt', '--no-cache');
}
