// Measures Headcheck against a corpus of real saves: node scripts/truth.mjs [CORPUS.jsonl.gz …] [--only PART_OF_ID] [--list] [--declare]
// Each case is checked with its base and without one, in this process, and set beside what the real loader said of it.
// Several corpora (one a task) are measured one by one, and then as one.
// --declare: the class of its undamaged save is declared, as by a team that says which class it releases.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values, positionals } = parseArgs({ allowPositionals: true, options: { only: { type: 'string' }, list: { type: 'boolean' }, declare: { type: 'boolean' }, 'no-compile': { type: 'boolean' } } });
const corpora = positionals.length === 0 ? [`${root}../shared/truth/causal.jsonl.gz`] : positionals;

if (!values['no-compile']) {
  const compiled = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'], { cwd: root, stdio: 'inherit' });
  if (compiled.status !== 0) process.exit(compiled.status ?? 1);
}
const { measure, printMeasure, together } = await import(`${root}build/test/support/truth/measure.js`);
const measures = [];
const print = (title, result, since) => {
  if (corpora.length > 1) console.log(`\n# ${title}`);
  printMeasure(result, { list: values.list === true, seconds: (performance.now() - since) / 1000 });
};
const start = performance.now();
for (const corpus of corpora) {
  const since = performance.now();
  measures.push(await measure(corpus, { only: values.only ?? '', declare: values.declare === true }));
  if (corpora.length > 1) print(corpus, measures.at(-1), since);
}
const whole = together(measures);
print('all of them', whole, start);
process.exitCode = whole.reached ? 0 : 1;
