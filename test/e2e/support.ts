import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { corpusFiles, readCorpus, type CorpusCase } from '../support/checkpoints/corpus.ts';

/** The bundle that is tested: the committed one, or another while it is worked on. */
const BUNDLE = resolve(process.env['HEADCHECK_DIST'] ?? 'dist', 'cli');

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The bundle of the command line, copied to where there is no `node_modules`, and a folder to call it in. */
export class Headcheck {
  /** Where calls are made and relative references start. */
  readonly folder: string;
  readonly #root: string;

  private constructor(root: string) {
    this.#root = root;
    this.folder = join(root, 'work');
  }

  static async install(): Promise<Headcheck> {
    const root = await mkdtemp(join(tmpdir(), 'headcheck-e2e-'));
    await cp(BUNDLE, join(root, 'bundle'), { recursive: true });
    const installed = new Headcheck(root);
    await mkdir(installed.folder);
    return installed;
  }

  async remove(): Promise<void> {
    await rm(this.#root, { recursive: true, force: true });
  }

  /** Runs the command as a shell would; nothing of this process's environment reaches it but `PATH`. */
  async run(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const child = spawn(process.execPath, [join(this.#root, 'bundle/index.js'), ...argv], { cwd: this.folder, env: { PATH: process.env['PATH'] ?? '', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const text = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => { text.out += chunk; });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => { text.err += chunk; });
    const [code]: unknown[] = await once(child, 'close');
    return { code: typeof code === 'number' ? code : null, ...text };
  }

  /** Writes a file below the folder; null for a folder that is to be empty. */
  async write(path: string, content: string | Uint8Array | null, size?: number): Promise<void> {
    const full = join(this.folder, path);
    await mkdir(content === null ? full : dirname(full), { recursive: true });
    if (content === null) return;
    const file = await open(full, 'w');
    await file.writeFile(content);
    // What follows the head is a hole: it takes no room, and reads as zeros.
    if (size !== undefined) await file.truncate(size);
    await file.close();
  }

  /** Lays a checkpoint out in a folder of that name, at its true size. */
  async layOut(path: string, item: CorpusCase): Promise<void> {
    for (const file of corpusFiles(item)) await this.write(`${path}/${file.path}`, file.bytes, file.size);
  }
}

/** The heads of real models at full size: what the class saves, and what was saved after `AutoModel`. */
export async function fullSize(model: string): Promise<{ base: CorpusCase; saved: CorpusCase }> {
  const found = new Map<string, CorpusCase>();
  for await (const item of readCorpus('test/fixtures/fullsize/heads.jsonl.gz')) found.set(item.id, item);
  const [base, saved] = [found.get(`fullsize/${model}/base`), found.get(`fullsize/${model}/automodel_save`)];
  if (base === undefined || saved === undefined) throw new Error(`no heads of ${model}`);
  return { base, saved };
}

/** Bytes of all files of weights. */
export function weightBytes({ files }: CorpusCase): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

/** Prose without its line breaks, which depend on the width. */
export function unwrapped(text: string): string {
  return text.replace(/\s+/g, ' ');
}
