// Makes the snapshots in examples/ from a corpus of full-scale heads: `node scripts/examples.mjs fullsize.jsonl.gz`, after `npm run compile`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { corpusFiles, readCorpus } from '../build/test/support/checkpoints/corpus.js';
import { readCheckpoint } from '../build/src/inventory/read.js';
import { snapshot } from '../build/src/inventory/snapshot.js';
import { memorySource } from '../build/src/source/memory.js';

/** Case → file. The saves are what `AutoModel.from_pretrained(…).save_pretrained(…)` wrote. */
const EXAMPLES = {
  'fullsize/meta-llama/Llama-3.1-8B/base': ['llama-3.1-8b.headcheck.json', 'hf://meta-llama/Llama-3.1-8B'],
  'fullsize/meta-llama/Llama-3.1-8B/automodel_save': ['llama-3.1-8b-without-head.headcheck.json', './out/checkpoint'],
  'fullsize/meta-llama/Llama-3.2-1B/base': ['llama-3.2-1b.headcheck.json', 'hf://meta-llama/Llama-3.2-1B'],
  'fullsize/meta-llama/Llama-3.2-1B/automodel_save': ['llama-3.2-1b-tied.headcheck.json', './out/checkpoint'],
};

const corpus = process.argv[2];
if (corpus === undefined) {
  console.error('usage: node scripts/examples.mjs FULLSIZE.jsonl.gz');
  process.exit(2);
}
const folder = new URL('../examples/', import.meta.url);
mkdirSync(folder, { recursive: true });
for await (const item of readCorpus(corpus)) {
  const example = EXAMPLES[item.id];
  if (example === undefined) continue;
  const [file, reference] = example;
  const text = snapshot(await readCheckpoint(memorySource(reference, corpusFiles(item))));
  writeFileSync(new URL(file, folder), text);
  console.log(`${file}: ${text.length} bytes`);
}
