// Measures the parts that must be fast, against peers in the same run, so that the ratio holds on any machine.
// `node scripts/bench.mjs [tensors]`; compile first (`npm run compile`). Nothing here is a test: clocks do not fail builds.
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { writeCheckpoint } from './bench/checkpoint.mjs';
import { reportComparison } from './bench/compare.mjs';
import { reportRemote } from './bench/remote.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const MEASURES = ['ours', 'JSON.parse'];
/** The Hub's own client refuses headers over 25 MB, and overflows its stack well before: it is measured on a smaller one. */
const SMALLER = 20_000;
const TENSOR_BYTES = 65_536;

if (process.argv[2] === '--measure') await measureInside(process.argv[3], process.argv[4], Number(process.argv[5]), Number(process.argv[6]));
else {
  const folder = mkdtempSync(`${tmpdir()}/headcheck-bench-`);
  try {
    report(SMALLER, [...MEASURES, '@huggingface/hub'], folder);
    report(Number(process.argv[2] ?? 250_000), MEASURES, folder);
    million(folder);
    reportComparison(folder, { layers: 80, experts: 1024 });
    await reportRemote(folder);
    start(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Prints every measure of a header of so many tensors. */
function report(tensors, measures, folder) {
  const path = writeHeader(tensors, folder);
  const bytes = statSync(path).size;
  console.log(`\nheader of ${tensors.toLocaleString('en-US')} tensors, ${(bytes / 1e6).toFixed(1)} MB; best of three processes each`);
  for (const rounds of [1, 8]) {
    console.log(rounds === 1 ? 'the first parse of a process, compilation included:' : 'best of eight parses in a process:');
    const results = measures.map((what) => ({ what, ...best(what, path, tensors, rounds) }));
    for (const { what, ms, rss } of results) {
      const ratio = what === 'ours' ? '' : `, ${(ms / results[0].ms).toFixed(1)} times ours`;
      console.log(`  ${what.padEnd(18)}${ms.toFixed(0).padStart(6)} ms of processor time, peak memory ${rss.toFixed(0)} MB${ratio}`);
    }
  }
}

/** Each measure gets processes of its own: what one leaves behind in the heap would slow the next. */
function best(what, path, tensors, rounds) {
  const runs = Array.from({ length: 3 }, () => measure(what, path, tensors, rounds));
  return { ms: Math.min(...runs.map((run) => run.ms)), rss: Math.min(...runs.map((run) => run.rss)) };
}

function measure(what, path, tensors, rounds) {
  return JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.url), '--measure', what, path, String(tensors), String(rounds)], { encoding: 'utf8' }));
}

async function measureInside(what, path, tensors, rounds) {
  const file = readFileSync(path);
  const parse = await parser(what, file, tensors);
  let ms = Infinity;
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    const parsed = await parse();
    const { user, system } = process.cpuUsage(before);
    ms = Math.min(ms, (user + system) / 1000);
    if (parsed !== tensors) throw new Error(`${what} found ${parsed} tensors of ${tensors}`);
  }
  console.log(JSON.stringify({ ms, rss: process.resourceUsage().maxRSS / 1000 }));
}

/** A function that parses the header and returns how many tensors it found. */
async function parser(what, file, tensors) {
  if (what === 'JSON.parse') return async () => Object.keys(JSON.parse(file.toString('utf8', 8))).length - 1;
  if (what === 'ours') {
    const { parseSafetensorsHeader } = await import(new URL('../build/src/format/safetensors.js', import.meta.url));
    return async () => parseSafetensorsHeader(file, { fileSize: Number.MAX_SAFE_INTEGER }).columns.names.length;
  }
  const { parseSafetensorsMetadata } = await import('@huggingface/hub');
  // It asks for ranges by URL; here they are answered from memory.
  const fetch = async (_url, options) => {
    const [start, end] = /bytes=(\d+)-(\d+)/.exec(new Headers(options?.headers).get('Range') ?? '')?.slice(1) ?? [0, file.length];
    return new Response(file.subarray(Number(start), Number(end) + 1), { status: 206, headers: { 'Content-Range': `bytes ${start}-${end}/${file.length + tensors * TENSOR_BYTES}`, ETag: '"a"' } });
  };
  return async () => Object.keys((await parseSafetensorsMetadata({ repo: 'a/b', path: 'model.safetensors', fetch })).header).length - 1;
}

/** Writes a header as large models of many experts have it, without data behind it. The measured processes only read it. */
function writeHeader(tensors, folder) {
  const path = `${folder}/${tensors}.safetensors`;
  const file = openSync(path, 'w');
  let at = writeSync(file, '{"__metadata__":{"format":"pt"}', 8);
  for (let i = 0; i < tensors; i += 1000) {
    const entries = Array.from({ length: Math.min(1000, tensors - i) }, (_, k) => entry(i + k, tensors));
    at += writeSync(file, entries.join(''), 8 + at);
  }
  at += writeSync(file, '}', 8 + at);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(at));
  writeSync(file, length, 0, 8, 0);
  closeSync(file);
  return path;
}

function entry(i, tensors) {
  // A million names must be short: the format allows 100 MB.
  const name = tensors > 300_000 ? `layers.${i}.w` : `model.layers.${i % 61}.mlp.experts.${i}.down_proj.weight`;
  return `,"${name}":{"dtype":"BF16","shape":[2048,16],"data_offsets":[${i * TENSOR_BYTES},${(i + 1) * TENSOR_BYTES}]}`;
}

function million(folder) {
  const path = writeHeader(1_000_000, folder);
  const { ms, rss } = measure('ours', path, 1_000_000, 1);
  console.log(`\na header of a million tensors, ${(statSync(path).size / 1e6).toFixed(0)} MB: ${ms.toFixed(0)} ms, peak memory ${rss.toFixed(0)} MB; it should stay under 500`);
}

/** Start-up, which is most of what checking a small folder takes, against a process that does nothing. */
function start(folder) {
  const cli = `${root}dist/cli/index.js`;
  if (!existsSync(cli)) return console.log('\nno dist/: the start of the command line was not measured (npm run build)');
  const small = `${folder}/small`;
  const tensors = writeCheckpoint(small, { layers: 28, experts: 1, shards: 1, head: true });
  const calls = [['an empty node', ['-e', '']], ['headcheck --version', [cli, '--version']], [`headcheck check, ${tensors} tensors`, [cli, 'check', small]], ['the same beside a base', [cli, 'check', small, '--base', small]]];
  const times = calls.map(() => Infinity);
  // One after the other, round by round, so that a busy moment hits all of them.
  for (let round = 0; round < 7; round++) calls.forEach(([, args], i) => { times[i] = Math.min(times[i], processorTime(args, folder)); });
  console.log(`\nstart of the command line, whose entry has ${(readFileSync(cli).length / 1e3).toFixed(0)} kB; best of seven processes each`);
  calls.forEach(([what], i) => console.log(`  ${what.padEnd(32)}${times[i].toFixed(0).padStart(6)} ms of processor time${i === 0 ? '' : `, ${(times[i] / times[0]).toFixed(2)} times an empty node`}`));
}

/** Milliseconds of processor time of a whole process of node, from its first instruction to its exit. */
function processorTime(args, folder) {
  const preload = `${folder}/processor-time.cjs`;
  if (!existsSync(preload)) writeFileSync(preload, "process.on('exit', () => { const { user, system } = process.cpuUsage(); require('node:fs').writeSync(3, String((user + system) / 1000)); });");
  const { output } = spawnSync(process.execPath, ['--require', preload, ...args], { stdio: ['ignore', 'ignore', 'inherit', 'pipe'], encoding: 'utf8' });
  return Number(output[3]);
}
