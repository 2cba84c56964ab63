// Counts what reading a sharded checkpoint from a Hub costs in requests and bytes, against the Hub's own client on the same
// loopback Hub. Counts do not depend on the machine; the time of a request on loopback says nothing and is not printed.
import { parseSafetensorsMetadata } from '@huggingface/hub';
import { writeCheckpoint } from './checkpoint.mjs';

const SHARDS = 16;

export async function reportRemote(folder) {
  const { startHub } = await import(new URL('../../build/test/support/hub/hub.js', import.meta.url));
  const directory = `${folder}/remote`;
  const tensors = writeCheckpoint(directory, { layers: 48, experts: 128, shards: SHARDS, head: true });
  const ways = [
    ['ours', (hub) => readOurs(hub, ['hf://org/tuned'])],
    ['@huggingface/hub', readPeer],
    ['ours, and a base with the same shards', (hub) => readOurs(hub, ['hf://org/tuned', 'hf://org/base'])],
  ];
  console.log(`\nreading the heads of ${tensors.toLocaleString('en-US')} tensors in ${SHARDS} shards from a Hub; a large file is two requests, since the Hub redirects`);
  let ours = null;
  for (const [what, read] of ways) {
    const counted = await count(startHub, directory, read);
    if (counted.tensors !== tensors) throw new Error(`${what} found ${counted.tensors} tensors of ${tensors}`);
    ours ??= counted;
    const ratio = counted === ours ? '' : `, ${(counted.requests / ours.requests).toFixed(2)} and ${(counted.bytes / ours.bytes).toFixed(2)} times ours`;
    console.log(`  ${what.padEnd(40)}${String(counted.requests).padStart(4)} requests, ${(counted.bytes / 1e6).toFixed(2)} MB${ratio}`);
  }
}

/** Serves the folder on a fresh Hub and counts what one way of reading asks of it. */
async function count(startHub, directory, read) {
  const sockets = new Set();
  const hub = await startHub({
    repos: { 'org/tuned': { directory }, 'org/base': { directory } },
    intercept: (request) => {
      sockets.add(request.socket);
      return false;
    },
  });
  try {
    const tensors = await read(hub);
    return { tensors, requests: hub.requests.length, bytes: [...sockets].reduce((sum, socket) => sum + socket.bytesWritten, 0) };
  } finally {
    await hub.close();
  }
}

async function readPeer(hub) {
  const { headers } = await parseSafetensorsMetadata({ repo: 'org/tuned', hubUrl: hub.endpoint });
  return Object.values(headers).reduce((sum, header) => sum + Object.keys(header).filter((name) => name !== '__metadata__').length, 0);
}

async function readOurs(hub, references) {
  const [{ createSourceContext, openSource }, { HeadCache, readCheckpoint }, { parseReference }] = await Promise.all(
    ['source/open.js', 'inventory/read.js', 'reference/parse.js'].map((path) => import(new URL(`../../build/src/${path}`, import.meta.url))),
  );
  const context = createSourceContext({ directory: '/', hub: { endpoint: hub.endpoint, token: null }, proxy: null });
  const heads = new HeadCache();
  try {
    const read = async (reference) => await readCheckpoint(await openSource(parseReference(reference, { directory: '/', hubEndpoint: hub.endpoint }), context), { heads });
    const [first] = await Promise.all(references.map(read));
    return first.tensors.length;
  } finally {
    await context.close();
  }
}
