// Measures a whole check of a checkpoint of many tensors beside its base, and without one, against the plain way to do the first:
// JSON.parse on every header, and two Maps.
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { writeCheckpoint } from './checkpoint.mjs';

const MEASURES = ['ours, with a base', 'ours, without a base', 'JSON.parse and two Maps'];
const ROUNDS = 3;

if (process.argv[2] === '--compare') await measureInside(process.argv[3], process.argv[4], process.argv[5]);

export function reportComparison(folder, { layers, experts }) {
  const tensors = writeCheckpoint(`${folder}/base`, { layers, experts, shards: 8, head: true });
  writeCheckpoint(`${folder}/tuned`, { layers, experts, shards: 8, head: false });
  console.log(`\na whole check of ${tensors.toLocaleString('en-US')} tensors in 8 shards whose head is gone; best of ${ROUNDS} processes each`);
  const results = MEASURES.map((what) => {
    const runs = Array.from({ length: ROUNDS }, () => JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.url), '--compare', what, `${folder}/tuned`, `${folder}/base`], { encoding: 'utf8' })));
    return { what, ms: Math.min(...runs.map((run) => run.ms)), rss: Math.min(...runs.map((run) => run.rss)) };
  });
  const peer = results[results.length - 1];
  for (const { what, ms, rss } of results) {
    const ratio = what === peer.what ? '' : `, ${(ms / peer.ms).toFixed(2)} times the peer`;
    console.log(`  ${what.padEnd(24)}${ms.toFixed(0).padStart(6)} ms of processor time, peak memory ${rss.toFixed(0)} MB${ratio}`);
  }
}

async function measureInside(what, tuned, base) {
  const isOurs = what.startsWith('ours');
  const { check } = isOurs ? await import(new URL('../../build/src/check.js', import.meta.url)) : {};
  const before = process.cpuUsage();
  const missing = isOurs ? await missingBy(check, tuned, what.includes('without') ? null : base) : missingByMaps(tuned, base);
  const { user, system } = process.cpuUsage(before);
  if (missing.join() !== 'lm_head.weight') throw new Error(`${what} found ${missing.length} parameters missing`);
  console.log(JSON.stringify({ ms: (user + system) / 1000, rss: process.resourceUsage().maxRSS / 1000 }));
}

async function missingBy(check, tuned, base) {
  const target = { reference: tuned, base, origin: null, waivers: [] };
  const settings = { targets: [target], directory: '/', hub: { endpoint: 'http://127.0.0.1:9', token: null }, proxy: null, severities: {}, today: '2026-01-01' };
  const report = await check(settings);
  return report.checkpoints[0].missing.map(({ name }) => name);
}

/** What a script of twenty lines does: names, types and shapes, and nothing of causes, ties, loaders or bytes. */
function missingByMaps(tuned, base) {
  const [own, ofBase] = [headerMap(tuned), headerMap(base)];
  const missing = [];
  for (const [name, { dtype, shape }] of ofBase) {
    const stored = own.get(name);
    if (stored === undefined) missing.push(name);
    else if (stored.dtype !== dtype || stored.shape.join() !== shape.join()) throw new Error(`${name} differs`);
  }
  for (const name of own.keys()) if (!ofBase.has(name)) throw new Error(`${name} is new`);
  return missing;
}

function headerMap(folder) {
  const all = new Map();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.safetensors')).sort()) {
    for (const [name, entry] of Object.entries(readHeader(`${folder}/${file}`))) if (name !== '__metadata__') all.set(name, entry);
  }
  return all;
}

function readHeader(path) {
  const file = openSync(path, 'r');
  const length = Buffer.alloc(8);
  readSync(file, length, 0, 8, 0);
  const json = Buffer.alloc(Number(length.readBigUInt64LE()));
  readSync(file, json, 0, json.length, 8);
  closeSync(file);
  return JSON.parse(json.toString('utf8'));
}
