import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Nodes } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { COMMENT_LIMIT, markdown } from '../../src/report/markdown.ts';
import type { Report } from '../../src/report/report.ts';
import { ATTACKS } from '../support/attacks.ts';
import { finding, fleet, headless, hostile, mixed, passing, reportOf, seed, tied, truncated, undecided, unreachable } from '../support/reports.ts';

/** Reads Markdown as GitHub does. */
function tree(text: string): Nodes {
  return fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
}

function* walk(node: Nodes): Generator<Nodes> {
  yield node;
  if ('children' in node) for (const child of node.children) yield* walk(child);
}

/** Blocks and their nesting, without what is written in them. */
function shape(node: Nodes): string {
  if (!('children' in node)) return ['text', 'inlineCode'].includes(node.type) ? '' : node.type;
  return `${node.type}(${node.children.map(shape).filter((child) => child !== '').join(' ')})`;
}

const OUR_HTML = /^(?:<details(?: open)?>\n<summary>(?:<b>|<\/b>|<code>|<\/code>|[^<>`])*<\/summary>|<\/details>)$/;

test('the seed case: verdict first, cause, arithmetic, fix, and the ledger folded', () => {
  const text = markdown(reportOf(seed));
  assert.match(text, /^> \[!CAUTION\]\n> \*\*`\.\/out\/llama-3\.1-8b-support` is incomplete: `lm_head\.weight` is missing\*\*\n>\n> It was saved from `LlamaModel`/);
  assert.ok(text.includes('| `lm_head.weight` | BF16 | 128,256 × 4,096 × 2 bytes = 1,050,673,152 |'));
  assert.ok(text.includes('`model-00004-of-00004.safetensors`: 1.17 GB → 117 MB (1,168,138,808 → 117,465,520 bytes).'));
  assert.ok(text.includes('```python\nimport torch\n'));
  assert.ok(text.includes('| Total | 16.1 GB | 15.0 GB | −1,050,675,008 |'));
  assert.ok(text.includes('| Sum | | −1,050,675,008 |'));
  assert.ok(text.indexOf('AutoModelForCausalLM') < text.indexOf('<details>'));
});

test('what is sound is said calmly', () => {
  for (const one of [tied, passing]) {
    const text = markdown(reportOf(one));
    assert.match(text, /^> \[!NOTE\]\n> \*\*`[^`]+` is complete\*\*/);
    assert.ok(text.length < 1_200, `${text.length}`);
    assert.doesNotMatch(text, /error|warning|missing/i);
  }
});

test('each verdict has its alert', () => {
  const kinds = [headless, truncated, undecided, unreachable].map((one) => /^> \[!(\w+)\]/.exec(markdown(reportOf(one)))?.[1]);
  assert.deepEqual(kinds, ['WARNING', 'CAUTION', 'WARNING', 'CAUTION']);
  assert.match(markdown(reportOf(undecided)), /can't tell whether it is complete: its code is its own/);
  assert.match(markdown(reportOf(unreachable)), /can't be read: the Hub answered 401/);
});

test('several findings are told once each, the waived one last with its reason', () => {
  const text = markdown(reportOf(mixed));
  const places = ['4 of 32 layers', 'The embedding has 128,264 rows', 'is not in the base', 'Waived until'].map((part) => text.indexOf(part));
  assert.deepEqual(places, [...places].sort((a, b) => a - b));
  assert.ok(places.every((place) => place >= 0));
  assert.ok(text.includes('`full-precision release, agreed in #12`'));
});

test('200 checkpoints: a table, the failures opened, the rest folded', () => {
  const text = markdown(fleet(200));
  assert.ok(text.length <= COMMENT_LIMIT);
  assert.match(text, /^> \[!CAUTION\]\n> \*\*\d+ of 200 checkpoints are incomplete; .* can't be read; .* complete, 4 with warnings\.\*\*/);
  assert.match(text, /<details open>\n<summary><b><code>hf:\/\/acme\/model-005<\/code> is incomplete: <code>lm_head\.weight<\/code> is missing<\/b><\/summary>\n\nIt was saved from `LlamaModel`/);
  assert.match(text, /<details>\n<summary>\d+ complete checkpoints, 4 with warnings<\/summary>/);
  const broken = text.match(/^\| `[^`]+` \| (?:incomplete|can't be read) /gm) ?? [];
  assert.equal((text.match(/<details open>/g) ?? []).length, broken.length, 'every failure stands open');
  assert.ok(text.includes('hf://acme/model-199'));
});

test('200 broken ones: every one is named, few stand open', () => {
  const text = markdown(reportOf(...Array.from({ length: 200 }, (_, i) => ({ ...undecided, reference: `hf://acme/model-${i}` }))));
  for (let i = 0; i < 200; i++) assert.ok(text.includes(`| \`hf://acme/model-${i}\` |`));
  const open = text.replace(/<details>[^]*?<\/details>/g, '');
  assert.ok(open.length < 5_000, `${open.length}`);
  assert.match(text, /<summary>180 more checkpoints are not complete<\/summary>/);
});

test('no section is left out where there is room, and none without a word where there is not', () => {
  const broken = reportOf(...Array.from({ length: 200 }, (_, i) => ({ ...seed, reference: `hf://acme/model-${i}` })));
  const sections = (text: string): number => text.match(/^<summary><b>/gm)?.length ?? 0;
  const summary = markdown(broken, { limit: 1024 * 1024 });
  assert.equal(sections(summary), 200);
  assert.doesNotMatch(summary, /Left out/);
  const comment = markdown(broken);
  assert.ok(comment.includes(`the section of ${200 - sections(comment)} checkpoints`), comment.slice(-300));
});

test('what is cut short says so: notices, errors first, and rules, loaders and reasons', () => {
  const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
  const notices = many(30, (i) => ({ severity: i === 29 ? ('error' as const) : ('warning' as const), message: [`Notice ${i}.`], location: null }));
  const one = { ...seed, findings: many(15, (i) => ({ ...seed.findings[0], ...finding({ rule: `rule-${i}` }) })), loaders: many(25, (i) => ({ loader: `loader ${i}`, outcome: [`outcome ${i}`] })), skipped: many(25, (i) => ({ rule: `rule-${i}`, reason: 'no base' })) };
  const text = markdown({ ...reportOf(one), notices });
  assert.match(text, /\n- \*\*Error:\*\* Notice 29\.\n- \*\*Warning:\*\* Notice 0\.\n/);
  assert.match(text, /<summary>10 more notices<\/summary>[^]*Notice 28\.\n\n<\/details>/);
  for (const sentence of ['… and 5 more loaders', '… and 5 more rules', ' and 3 more · headcheck 0.1.0']) assert.ok(text.includes(sentence), `${sentence}\n${text.slice(-2500)}`);
  assert.match(markdown({ ...reportOf(one), notices }, { limit: 2_000 }), /Left out to fit: [^\n]*10 notices/);
});

test('the whole report may be a link away', () => {
  const text = markdown(reportOf(seed, mixed), { limit: 3_500, wholeReport: ['in ', { text: 'run 5', url: 'https://github.com/o/r/actions/runs/5' }] });
  assert.match(text, /Left out to fit: [^\n]*\. The whole report is in \[run 5\]\(https:\/\/github\.com\/o\/r\/actions\/runs\/5\)\.$/m);
});

test('fits any limit, says what was left out and where the whole is', () => {
  const broken: Report = reportOf(...Array.from({ length: 200 }, (_, i) => ({ ...seed, reference: `hf://acme/model-${i}` })));
  const wholeReport = ['in the artifact ', { code: 'headcheck-report' }];
  for (const limit of [COMMENT_LIMIT, 30_000, 8_000, 3_000]) {
    const text = markdown(broken, { limit, wholeReport });
    assert.ok(text.length <= limit, `${text.length} > ${limit}`);
    assert.match(text, /Left out to fit: .*The whole report is in the artifact `headcheck-report`\./);
    assert.match(text, /^> \[!CAUTION\]\n> \*\*All 200 checkpoints are incomplete/);
  }
  assert.ok(markdown(broken, { limit: 400, wholeReport }).length <= 400);
});

test('no attack changes the structure, links, mentions, or brings HTML', () => {
  const expected = shape(tree(markdown(hostile('x'))));
  for (const attack of ATTACKS) {
    const text = markdown(hostile(attack));
    const label = JSON.stringify(attack.slice(0, 60));
    assert.ok(text.length <= COMMENT_LIMIT, label);
    assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u, label);
    const parsed = tree(text);
    // An empty name leaves an empty paragraph, which is none.
    if (attack.trim() !== '') assert.ok(shape(parsed) === expected, `${label} changes the structure:\n${text}`);
    for (const node of walk(parsed)) {
      if (node.type === 'html') assert.match(node.value, OUR_HTML, label);
      if (node.type === 'link') assert.match(node.url, /^https:\/\/github\.com\/headcheck\/headcheck\/blob\/main\/docs\/rules\/[a-z-]+\.md$/, label);
      const prose = node.type === 'text' ? node.value : node.type === 'html' ? node.value.replace(/<code>.*?<\/code>/g, '') : '';
      assert.doesNotMatch(prose, /[@#][a-z0-9]|\bgh-\d|:\/\/|www\.|\$/i, label);
      if (node.type === 'table') for (const row of node.children) assert.ok(row.children.length <= (node.align?.length ?? 0), label);
    }
  }
});
