// Measures the parts that must be fast, against peers in the same run, so that the ratio holds on any machine.
// `node scripts/bench.mjs [tensors]`; compile first (`npm run compile`). Nothing here is a test: clocks do not fail builds.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const MEASURES = ['ours', 'JSON.parse'];
/** The Hub's own client refuses headers over 25 MB: it is measured on a smaller one. */
const SMALLER = 150_000;

if (process.argv[2] === '--measure') await measureInside(process.argv[3], Number(process.argv[4]), Number(process.argv[5]));
else {
  report(SMALLER, [...MEASURES, '@huggingface/hub']);
  report(Number(process.argv[2] ?? 250_000), MEASURES);
  million();
  start();
}

/** Prints every measure of a header of so many tensors. */
function report(tensors, measures) {
  const bytes = header(tensors).length;
  console.log(`\nheader of ${tensors.toLocaleString('en-US')} tensors, ${(bytes / 1e6).toFixed(1)} MB; best of three processes each`);
  for (const rounds of [1, 8]) {
    console.log(rounds === 1 ? 'the first parse of a process, compilation included:' : 'best of eight parses in a process:');
    const results = measures.map((what) => ({ what, ...best(what, tensors, rounds) }));
    for (const { what, ms, rss } of results) {
      const ratio = what === 'ours' ? '' : `, ${(ms / results[0].ms).toFixed(1)} times ours`;
      console.log(`  ${what.padEnd(18)}${ms.toFixed(0).padStart(6)} ms of processor time, peak memory ${rss.toFixed(0)} MB${ratio}`);
    }
  }
}

/** Each measure gets processes of its own: what one leaves behind in the heap would slow the next. */
function best(what, tensors, rounds) {
  const runs = Array.from({ length: 3 }, () => measure(what, tensors, rounds));
  return { ms: Math.min(...runs.map((run) => run.ms)), rss: Math.min(...runs.map((run) => run.rss)) };
}

function measure(what, tensors, rounds) {
  return JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.url), '--measure', what, String(tensors), String(rounds)], { encoding: 'utf8' }));
}

async function measureInside(what, tensors, rounds) {
  const file = header(tensors);
  const parse = await parser(what, file);
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
async function parser(what, file) {
  if (what === 'JSON.parse') return async () => Object.keys(JSON.parse(file.toString('utf8', 8))).length - 1;
  if (what === 'ours') {
    const { parseSafetensorsHeader } = await import(new URL('../build/src/format/safetensors.js', import.meta.url));
    return async () => parseSafetensorsHeader(file, { fileSize: Number.MAX_SAFE_INTEGER }).columns.names.length;
  }
  const { parseSafetensorsMetadata } = await import('@huggingface/hub');
  // It asks for ranges by URL; here they are answered from memory.
  const fetch = async (_url, options) => {
    const [start, end] = /bytes=(\d+)-(\d+)/.exec(new Headers(options?.headers).get('Range') ?? '')?.slice(1) ?? [0, file.length];
    return new Response(file.subarray(Number(start), Number(end) + 1), { status: 206, headers: { 'Content-Range': `bytes ${start}-${end}/${file.length}`, ETag: '"a"' } });
  };
  return async () => Object.keys((await parseSafetensorsMetadata({ repo: 'a/b', path: 'model.safetensors', fetch })).header).length - 1;
}

/** A header as large models of many experts have it, without data behind it. */
function header(tensors) {
  const entries = Array.from({ length: tensors }, (_, i) => {
    const begin = i * 65_536;
    // Names of a million tensors must be short: the format allows 100 MB.
    const name = tensors > 300_000 ? `l.${i}.w` : `model.layers.${i % 61}.mlp.experts.${i}.down_proj.weight`;
    return `"${name}":{"dtype":"BF16","shape":[2048,16],"data_offsets":[${begin},${begin + 65_536}]}`;
  });
  const json = Buffer.from(`{"__metadata__":{"format":"pt"},${entries.join(',')}}`);
  const file = Buffer.alloc(8 + json.length);
  file.writeBigUInt64LE(BigInt(json.length));
  json.copy(file, 8);
  return file;
}

function million() {
  const { ms, rss } = measure('ours', 1_000_000, 1);
  console.log(`\na million tensors: ${ms.toFixed(0)} ms, peak memory ${rss.toFixed(0)} MB with the making of the header itself; it should stay under 500`);
}

function start() {
  const cli = `${root}dist/cli/index.js`;
  if (!existsSync(cli)) return console.log('\nno dist/: the start of the command line was not measured (npm run build)');
  const time = (args) => Math.min(...Array.from({ length: 7 }, () => {
    const before = performance.now();
    spawnSync(process.execPath, args, { stdio: 'ignore' });
    return performance.now() - before;
  }));
  const empty = time(['-e', '']);
  const started = time([cli, '--version']);
  console.log(`\nstart of the command line: ${started.toFixed(0)} ms; an empty node takes ${empty.toFixed(0)} ms; the bundle has ${(readFileSync(cli).length / 1e3).toFixed(0)} kB`);
}
