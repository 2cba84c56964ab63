import assert from 'node:assert/strict';
import { stripVTControlCharacters } from 'node:util';
import { test } from 'node:test';
import type { Report } from '../../src/report/report.ts';
import { terminal } from '../../src/report/terminal.ts';
import { ATTACKS } from '../support/attacks.ts';
import { fleet, headless, hostile, mixed, passing, reportOf, seed, tied, truncated, undecided, unreachable } from '../support/reports.ts';

test('the seed case: verdict, arithmetic, ledger, fix', () => {
  const text = terminal(reportOf(seed), { colour: false, width: 100 });
  assert.match(text, /^✗ `\.\/out\/llama-3\.1-8b-support` is incomplete: `lm_head\.weight` is missing\n/);
  assert.match(text, /\n {2}lm_head\.weight {2}BF16 {2}128,256 × 4,096 × 2 bytes = 1,050,673,152\n/);
  assert.match(text, /model-00004-of-00004\.safetensors {2}1\.17 GB +117 MB +−1,050,673,288\n/);
  assert.match(text, /\n {2}Sum +−1,050,675,008\n/);
  assert.match(text, /Fix: Load with `AutoModelForCausalLM`/);
  assert.match(text, /\n {4}model\.save_pretrained\(/);
});

test('colour changes nothing but the marks of code', () => {
  for (const one of [seed, tied, headless, passing, truncated, undecided, unreachable, mixed]) {
    const coloured = terminal(reportOf(one), { colour: true, width: 300 });
    assert.match(coloured, /\u001b\[/);
    const words = (text: string): string => text.replaceAll('`', '').replace(/\s+/g, ' ');
    assert.equal(words(stripVTControlCharacters(coloured)), words(terminal(reportOf(one), { colour: false, width: 300 })));
  }
});

test('prose keeps to the width', () => {
  for (const width of [50, 80]) {
    const lines = terminal(reportOf(headless), { colour: false, width }).split('\n');
    assert.ok(lines.filter((line) => !line.includes('https://')).every((line) => line.length <= width), lines.join('\n'));
  }
});

test('a narrow terminal shortens names, not numbers, and never makes shards look alike', () => {
  const text = terminal(reportOf(seed), { colour: false, width: 40 });
  for (const shard of ['00001', '00002', '00003', '00004']) assert.ok(text.includes(`model-${shard}-of-00004.safetensors`));
  assert.match(text, /−1,050,673,288/);
});

test('sound ones among several take a line each, the summary comes last', () => {
  const text = terminal(fleet(12), { colour: false });
  assert.match(text, /\n✓ `hf:\/\/acme\/model-010` is complete\n/);
  assert.match(text, /\n\n1 of 12 checkpoints is incomplete; 1 can't be read; 10 are complete, 1 with warnings\.\n$/);
});

test('what could not be done as asked comes before the tick of one checkpoint, and last but one of several', () => {
  const notices = [
    { severity: 'warning', message: ['it has expired'], location: null }, { severity: 'error', message: ['the base could not be read'], location: null },
  ] as const;
  const first = (report: Report): string[] => terminal({ ...report, notices }, { colour: false }).split('\n').filter((line) => /^[✓✗!]|^All/.test(line)).map((line) => line.slice(0, 11));
  assert.deepEqual(first(reportOf(passing)), ['✗ the base ', `✓ \`${passing.reference.slice(0, 8)}`, '! it has ex']);
  assert.deepEqual(first(reportOf(passing, tied)).slice(-3), ['! it has ex', '✗ the base ', 'All 2 check']);
});

test('no attack sends a control character or a command', () => {
  for (const attack of ATTACKS) {
    for (const colour of [false, true]) {
      const text = terminal(hostile(attack), { colour, width: 80 });
      const label = JSON.stringify(attack.slice(0, 60));
      const plain = stripVTControlCharacters(text);
      assert.doesNotMatch(text.replace(/\u001b\[\d+m/g, ''), /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u, label);
      assert.doesNotMatch(plain, /^\s*::|##\[/m, label);
      assert.ok(text.length < 30_000, label);
    }
  }
});

test('a notice is broken into lines, the later ones under the first', () => {
  const message = Array.from({ length: 30 }, () => 'word').join(' ');
  const lines = terminal({ ...reportOf(passing), notices: [{ severity: 'error', message: [message], location: null, obstacle: 'state' }] }, { colour: false, width: 60 }).split('\n');
  assert.ok(lines.every((line) => line.length <= 60));
  assert.match(lines[1] ?? '', /^  word/);
});
