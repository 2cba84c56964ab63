import assert from 'node:assert/strict';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { AccessError } from '../../src/errors.ts';
import { headless, passing, reportOf, seed, unreachable } from '../support/reports.ts';
import { ran } from './host.ts';

const directory = await mkdtemp(join(tmpdir(), 'headcheck-cli-'));

test('arguments and variables become settings', async () => {
  const env = { HF_TOKEN: 'hf_x', HF_ENDPOINT: 'http://localhost:1/', https_proxy: 'proxy:3128', NO_PROXY: 'localhost', GITHUB_TOKEN: 'gh', GITHUB_REPOSITORY: 'o/r' };
  const { settings } = await ran(['check', './a', 'hf://o/m', '--base', 'hf://o/base', '--class', 'LlamaForCausalLM', '--fail-on', 'warning'], reportOf(passing), { env, directory });
  assert.deepEqual(settings?.targets.map(({ reference, base }) => [reference, base]), [['./a', 'hf://o/base'], ['hf://o/m', 'hf://o/base']]);
  assert.deepEqual(settings?.targets.map((target) => target.class), ['LlamaForCausalLM', 'LlamaForCausalLM']);
  assert.deepEqual(settings?.hub, { endpoint: 'http://localhost:1', token: 'hf_x' });
  assert.deepEqual(settings?.proxy, { url: 'http://proxy:3128', except: ['localhost'] });
  assert.deepEqual(settings?.github, { apiUrl: 'https://api.github.com', serverUrl: 'https://github.com', token: 'gh', repository: 'o/r' });
  assert.equal(settings?.failOn, 'warning');
  assert.equal(settings?.today, '2026-11-23');
});

test('an empty class is no class, and is not passed over', async () => {
  for (const empty of ['', ' ']) {
    const { code, err, settings } = await ran(['check', './a', '--class', empty], reportOf(passing), { directory });
    assert.deepEqual([code, settings], [2, null]);
    assert.match(err, /--class takes the name of a class: found an empty text\./);
  }
});

test('exit codes: 0, 1, 2', async () => {
  assert.equal((await ran(['check', './a'], reportOf(passing))).code, 0);
  assert.equal((await ran(['check', './a'], reportOf(headless))).code, 0);
  assert.equal((await ran(['check', './a', '--fail-on', 'warning'], reportOf(headless))).code, 1);
  assert.equal((await ran(['check', './a'], reportOf(seed))).code, 1);
  assert.equal((await ran(['check', './a', '--fail-on', 'never'], reportOf(seed))).code, 0);
  const both = await ran(['check', './a', './b'], reportOf(seed, unreachable));
  assert.equal(both.code, 2);
  assert.match(both.out, /lm_head\.weight/);
});

test('each format goes to standard output', async () => {
  const starts = { terminal: /^✗ `\.\/out/, json: /^\{\n {2}"schemaVersion": 1/, markdown: /^> \[!CAUTION\]/, sarif: /^\{\n {2}"\$schema"/, html: /^<!doctype html>/ };
  for (const [format, start] of Object.entries(starts)) {
    const { out, err } = await ran(['check', './a', '--format', format], reportOf(seed));
    assert.match(out, start);
    assert.equal(err, '');
  }
});

test('files: the ending says the format, the terminal still tells', async () => {
  const { out, code } = await ran(['check', './a', '-o', 'r.json', '-o', 'r.sarif', '-o', 'r.html', '-o', 'r.md'], reportOf(seed), { directory });
  assert.equal(code, 1);
  assert.match(out, /^✗ /);
  assert.equal(JSON.parse(await readFile(join(directory, 'r.json'), 'utf8')).schemaVersion, 1);
  assert.equal(JSON.parse(await readFile(join(directory, 'r.sarif'), 'utf8')).version, '2.1.0');
  assert.match(await readFile(join(directory, 'r.html'), 'utf8'), /^<!doctype/);
  assert.match(await readFile(join(directory, 'r.md'), 'utf8'), /^> \[!CAUTION\]/);
});

test('a file name that says no format is refused before anything is checked', async () => {
  const { code, err, settings } = await ran(['check', './a', '-o', 'report'], reportOf(seed), { directory });
  assert.equal(code, 2);
  assert.equal(settings, null);
  assert.match(err, /^headcheck: The name report does not say which format[^\n]*\n {2}End it with/);
});

test('a file that can\'t be written is an error with a hint', async () => {
  const { code, err } = await ran(['check', './a', '-o', 'no/such/dir/r.json'], reportOf(seed), { directory });
  assert.equal(code, 2);
  assert.match(err, /no\/such\/dir\/r\.json can't be written/);
});

test('colour and progress only where a terminal is, and nobody said no', async () => {
  const coloured = await ran(['check', './a'], reportOf(seed), { isTTY: true });
  assert.match(coloured.out, /\u001b\[31m✗/);
  assert.match(coloured.err, /Reading x.*\r\u001b\[2K$/);
  assert.doesNotMatch((await ran(['check', './a'], reportOf(seed), { isTTY: true, env: { NO_COLOR: '1' } })).out, /\u001b/);
  assert.doesNotMatch((await ran(['check', './a', '--format', 'json'], reportOf(seed), { isTTY: true })).out, /\u001b/);
  assert.match((await ran(['check', './a'], reportOf(seed), { env: { FORCE_COLOR: '1' } })).out, /\u001b\[/);
  assert.equal((await ran(['check', './a'], reportOf(seed), { isTTY: true, env: { CI: 'true' } })).err, '');
});

test('the config file: found where it usually is, named, absent, malformed', async () => {
  const path = join(directory, 'c.yml');
  await writeFile(path, 'checkpoints:\n  - reference: ./x\n    base: ./y\nnonsense: 1\n');
  const named = await ran(['check', '--config', 'c.yml'], reportOf(passing), { directory });
  assert.deepEqual(named.settings?.targets.map(({ reference, base }) => [reference, base]), [['./x', './y']]);
  assert.match(named.out, /c\.yml:4.*nonsense/);
  assert.equal(named.code, 2, 'it could not do what was asked');
  assert.equal((await ran(['check', '--config', 'c.yml', '--fail-on', 'never'], reportOf(seed), { directory })).code, 2);
  const absent = await ran(['check', '--config', 'none.yml'], reportOf(passing), { directory });
  assert.equal(absent.code, 2);
  assert.match(absent.err, /^headcheck: The config file none\.yml can't be read/);
  const nothing = await ran(['check'], reportOf(passing), { directory });
  assert.equal(nothing.code, 2);
  assert.match(nothing.err, /No checkpoint was named/);
});

test('errors: message and hint, no stack; a stack where DEBUG asks; nothing that drives the terminal', async () => {
  const refused = new AccessError('The Hub refused \u001b[31morg/name\n::error::x', 'Set HF_TOKEN.');
  const { code, err } = await ran(['check', './a'], refused);
  assert.equal(code, 2);
  assert.equal(err.replaceAll('\u200b', ''), 'headcheck: The Hub refused \\u001b[31morg/name\n::error::x\n  Set HF_TOKEN.\n');
  assert.doesNotMatch(err, /^::/m);
  assert.match((await ran(['check', './a'], refused, { env: { DEBUG: '1' } })).err, /\n +at /);
  assert.match((await ran(['check', './a'], new TypeError('oops'))).err, /unexpected error: oops\n {2}This is a bug/);
});

test('a baseline: what it has already does not count, and what is more does', async () => {
  const known = await ran(['check', './a', '--baseline', 'accepted.headcheck.json'], reportOf(seed), { directory });
  assert.equal(known.code, 0);
  assert.match(known.out.replace(/\s+/g, ' '), /is still incomplete, with nothing new: .* It is so in the baseline `accepted\.headcheck\.json` too/);
  assert.deepEqual(known.settings?.targets.map(({ reference }) => reference), ['accepted.headcheck.json']);
  const same = await ran(['check', './a', '--only-regressions', '--baseline', 'accepted.headcheck.json'], reportOf(seed), { directory });
  assert.deepEqual([same.code, same.out], [0, known.out], 'a baseline says it already');
  const absent = await ran(['check', './a', '--baseline', 'none.headcheck.json', '--fail-on', 'warning'], reportOf(unreachable), { directory });
  assert.equal(absent.code, 2);
});

test('only regressions take a baseline: without one nothing is checked, and the error says what to name', async () => {
  const { code, out, err, settings } = await ran(['check', './a', '--only-regressions'], reportOf(seed), { directory });
  assert.deepEqual([code, out, settings], [2, '', null]);
  assert.match(err, /^headcheck: --only-regressions takes a baseline to compare with: expected --baseline <reference>, found none\.\n {2}Name what you have already, such as --baseline accepted\.headcheck\.json/);
  assert.match((await ran(['check', '--help'], reportOf())).out, /--only-regressions/);
});
