// Serves checkpoints as a Hub would, for trials by hand: node build/test/support/hub/serve.js DIR [PORT]
// DIR holds org/name/ folders; a DIR that is a checkpoint itself is served as local/<its name>.
import { readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { startHub } from './hub.ts';
import type { RepoOptions } from './repo.ts';

const [directory = '.', port = '0'] = process.argv.slice(2);
const root = resolve(directory);
const folders = (path: string): string[] => readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map((entry) => entry.name);
const isCheckpoint = readdirSync(root).some((name) => /\.(json|safetensors|bin|gguf)$/.test(name));
const repos: Record<string, RepoOptions> = isCheckpoint
  ? { [`local/${basename(root)}`]: { directory: root } }
  : Object.fromEntries(folders(root).flatMap((org) => folders(join(root, org)).map((name) => [`${org}/${name}`, { directory: join(root, org, name) }])));

const hub = await startHub({ repos, port: Number(port) });
console.log(`HF_ENDPOINT=${hub.endpoint}`);
for (const id of Object.keys(repos)) console.log(`hf://${id}`);
