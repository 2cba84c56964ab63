// Writes a page for each rule and their index, from the rules themselves: docs/rules/.
// usage: node scripts/pages.mjs [--check]        --check writes nothing and fails where a page is not what it should be
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RULES } from '../build/src/diagnosis/catalogue.js';
import { groups } from '../build/src/report/groups.js';
import { markdown } from '../build/src/report/markdown.js';
import { judged } from '../build/test/support/examples.js';

// What a listing calls the parts of an example beside config and tensors.
const MORE = { shards: 'Tensors by file', files: 'Files put there or taken away (`null`)', metadata: '`__metadata__` of the header', resize: 'Bytes cut off or put on', bytes: 'The byte that fills a tensor' };

const folder = fileURLToPath(new URL('../docs/rules/', import.meta.url));
const pages = new Map([['README.md', index()]]);
for (const rule of RULES) pages.set(`${rule.id}.md`, await page(rule));

mkdirSync(folder, { recursive: true });
const found = readdirSync(folder);
if (process.argv.includes('--check')) {
  const wrong = [...pages].filter(([name, text]) => !found.includes(name) || readFileSync(folder + name, 'utf8') !== text).map(([name]) => name);
  const surplus = found.filter((name) => !pages.has(name));
  for (const name of [...wrong, ...surplus]) console.error(`docs/rules/${name} is not what the rules say; run: node scripts/pages.mjs`);
  process.exit(wrong.length + surplus.length > 0 ? 1 : 0);
}
for (const name of found) if (!pages.has(name)) rmSync(folder + name);
for (const [name, text] of pages) writeFileSync(folder + name, text);

function index() {
  const rows = ['error', 'warning', 'note'].flatMap((severity) => RULES.filter((rule) => rule.severity === severity).map((rule) => `| [${rule.id}](${rule.id}.md) | ${severity} | ${rule.summary} |`));
  return ['# Rules', '', 'Severities can be changed, and findings waived, in the config file.', '', '| Rule | Severity | What it says |', '| :- | :- | :- |', ...rows, ''].join('\n');
}

async function page(rule) {
  const { fires, silent } = rule.examples();
  return [
    `# ${rule.id}`, `**${rule.severity[0].toUpperCase()}${rule.severity.slice(1)}.** ${rule.summary}`,
    '## Why it matters', rule.why,
    '## How it decides', rule.how,
    ...(rule.sources.length > 0 ? [`Seen in ${rule.sources.map(thread).join(', ')}.`] : []),
    ...(fires.length > 0 ? ['## What it says', `The comment on “${fires[0].name}”:`, '---', await comment(fires[0]), '---', '## It speaks', ...fires.map(example)] : []),
    ...(silent.length > 0 ? ['## It is silent', ...silent.map(example)] : []),
    '[All rules](README.md)', '',
  ].join('\n\n').replace(/\n+$/, '\n');
}

function thread(source) {
  const [repo, number] = source.split('#');
  return `[${source}](https://github.com/${repo}/issues/${number})`;
}

async function comment(one) {
  const report = await judged(one);
  return markdown({ tool: { name: 'headcheck', version: 'next' }, verdict: report.verdict, checkpoints: [report], notices: [] }).trim().replace(/(?:\n\n|^)Rules?: .*$/, '');
}

function example({ name, checkpoint, base }) {
  const parts = [...listing('The checkpoint', checkpoint), ...(base === undefined ? [] : listing('The base', base))];
  return `<details>\n<summary>${name}</summary>\n\n${parts.join('\n\n')}\n\n</details>`;
}

/** What an example is made of: config and tensors, layers of one kind in one line. */
function listing(title, { config, tensors, shards, files, metadata, resize, bytes }) {
  const all = Object.entries(tensors).map(([tensor, [dtype, ...shape]]) => ({ name: tensor, dtype, shape, bytes: 0 }));
  const lines = groups(all).map(({ name, dtype, shape }) => `${name}  ${dtype} [${shape.join(', ')}]`);
  const more = Object.entries({ shards, files, metadata, resize, bytes }).filter(([, value]) => value !== undefined);
  return [
    `${title}:`,
    fenced('json', config === null ? '(no config.json)' : JSON.stringify(config)),
    fenced('text', lines.length > 0 ? lines.join('\n') : '(no tensors)'),
    ...more.map(([key, value]) => `${MORE[key]}:\n\n${fenced('json', shortened(key, value))}`),
  ];
}

function shortened(key, value) {
  const plain = key === 'shards' ? Object.fromEntries(Object.entries(value).map(([path, names]) => [path, `${names.length} tensors`])) : value;
  const text = JSON.stringify(plain, null, 2);
  return text.length > 2000 ? `${text.slice(0, 2000)}…` : text;
}

function fenced(language, text) {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}
