import assert from 'node:assert/strict';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ReviewRequest } from '../../src/publish/review-command.ts';
import { jsonV1 } from '../../src/report/json-v1.ts';
import { VERSION } from '../../src/version.ts';
import { passing, reportOf, seed } from '../support/reports.ts';
import { ran } from './host.ts';

const directory = await mkdtemp(join(tmpdir(), 'headcheck-cli-'));

test('the version is that of the package', async () => {
  assert.equal(JSON.parse(await readFile('package.json', 'utf8')).version, VERSION);
  assert.deepEqual(await ran(['--version'], reportOf()), { code: 0, out: `${VERSION}\n`, err: '', settings: null });
});

test('help lists the commands and has examples; it loads no part', async () => {
  const { out, code } = await ran(['--help'], reportOf());
  assert.equal(code, 0);
  for (const word of ['check', 'snapshot', 'explain', 'review', 'Examples:', 'HF_TOKEN', 'Exit code']) assert.ok(out.includes(word), word);
  assert.match((await ran(['check', '--help'], reportOf())).out, /--fail-on <severity>[^]*Examples:/);
});

test('what it does not understand gives 2 and says so', async () => {
  for (const argv of [['frobnicate'], ['check', './a', '--formt', 'json'], ['check', './a', '--format', 'xml'], ['snapshot'], ['review', './a']]) {
    const { code, err } = await ran(argv, reportOf());
    assert.equal(code, 2, argv.join(' '));
    assert.match(err, /error: .*\n[^]*headcheck --help/);
  }
  assert.match((await ran(['chekc', './a'], reportOf())).err, /Did you mean check\?/);
});

test('explain: a rule, all rules, none of that name', async () => {
  const one = await ran(['explain', 'head-missing'], reportOf());
  assert.match(one.out, /^head-missing \(error\)\n\n[^]*Why: Loaders only warn\.[^]*transformers#37303[^]*https:/);
  assert.match((await ran(['explain'], reportOf())).out, /^head-missing +error +The head is not/);
  const none = await ran(['explain', 'head-mising'], reportOf());
  assert.equal(none.code, 2);
  assert.match(none.err, /There is no rule head-mising\..*head-missing/);
});

test('snapshot prints, or writes the file, and tells what could not be read', async () => {
  const parts = { snapshot: async () => async () => ({ text: '{}\n', incomplete: ['model-00002-of-00002.safetensors is missing'] }) };
  const printed = await ran(['snapshot', './a'], reportOf(), { parts, directory });
  assert.deepEqual([printed.code, printed.out], [0, '{}\n']);
  assert.match(printed.err, /00002-of-00002\.safetensors is missing; the snapshot says so/);
  await ran(['snapshot', './a', '-o', 'a.headcheck.json'], reportOf(), { parts, directory });
  assert.equal(await readFile(join(directory, 'a.headcheck.json'), 'utf8'), '{}\n');
});

test('a snapshot gets a name by which it is read back, or none is taken', async () => {
  for (const [name, better] of [['foo.json', 'foo.headcheck.json'], ['out/base', 'out/base.headcheck.json'], ['a.headcheck.jsn', 'a.headcheck.json']] as const) {
    const { code, err } = await ran(['snapshot', './a', '-o', name], reportOf());
    assert.equal(code, 2);
    assert.ok(err.includes(`The name ${name} is not that of a snapshot.\n  End it with .headcheck.json, as in: -o ${better}\n`), err);
  }
});

test('review checks, or takes a report as anybody\'s, and posts it', async () => {
  const requests: ReviewRequest[] = [];
  const pull = { head: 'a'.repeat(40), base: 'b'.repeat(40), baseRef: 'main', body: null };
  const parts = { pull: async () => async () => pull, review: async () => async (request: ReviewRequest) => (requests.push(request), 'Commented: https://example.test/1') };
  const env = { GITHUB_TOKEN: 'gh', GITHUB_REPOSITORY: 'o/r', GITHUB_API_URL: 'http://localhost:1', GITHUB_RUN_ID: '12', GITHUB_RUN_ATTEMPT: '2' };
  const checked = await ran(['review', './a', '--pull-request', '7'], reportOf(seed), { parts, env });
  assert.deepEqual([checked.code, checked.out], [1, 'Commented: https://example.test/1\n']);
  await writeFile(join(directory, 'r.json'), jsonV1(reportOf(passing)));
  const taken = await ran(['review', '--report', 'r.json', '--repo', 'x/y', '--pull-request', '8', '--key', 'nightly', '--head', 'c'.repeat(40)], new Error('not checked'), { parts, env, directory });
  assert.equal(taken.code, 0);
  assert.deepEqual(
    requests.map(({ repository, pullRequest, token, apiUrl, key, comment, review, failOn, run, attempt, head }) => [repository, pullRequest, token, apiUrl, key, comment, review, failOn, run, attempt, head]),
    [
      ['o/r', 7, 'gh', 'http://localhost:1', 'default', 'findings', 'comment', 'error', 12, 2, pull.head],
      ['x/y', 8, 'gh', 'http://localhost:1', 'nightly', 'findings', 'comment', 'error', 12, 2, 'c'.repeat(40)],
    ],
  );
});

test('review posts a report as one of the commit that it was made for, and of no other', async () => {
  const requests: ReviewRequest[] = [];
  const [checked, moved] = ['a'.repeat(40), 'd'.repeat(40)];
  let head = checked;
  const parts = { pull: async () => async () => ({ head, base: 'b'.repeat(40), baseRef: 'main', body: null }), review: async () => async (request: ReviewRequest) => (requests.push(request), 'Commented.') };
  const env = { GITHUB_TOKEN: 'gh', GITHUB_REPOSITORY: 'o/r' };
  const review = (...argv: string[]) => ran(['review', '--pull-request', '7', ...argv], reportOf(passing), { parts, env, directory });
  await review('./a', '--output', 'made.json', '--comment', 'never');
  head = moved;
  assert.equal((await review('--report', 'made.json')).code, 0);
  assert.deepEqual(requests.map((request) => request.head), [checked, checked]);
  const other = await review('--report', 'made.json', '--head', moved);
  assert.equal(other.code, 2);
  assert.match(other.err, /The report was made for aaaaaaa, not for ddddddd\./);
  await writeFile(join(directory, 'silent.json'), jsonV1(reportOf(passing)));
  const silent = await review('--report', 'silent.json');
  assert.equal(silent.code, 2);
  assert.match(silent.err, /The report does not say which commit it was made for\.\n {2}Give it as --head/);
  assert.equal(requests.length, 2);
});

test('review says of a posted report what is wrong with the config file, once', async () => {
  const requests: ReviewRequest[] = [];
  const parts = { review: async () => async (request: ReviewRequest) => (requests.push(request), 'Commented.') };
  await writeFile(join(directory, 'broken.yml'), 'fail-onn: never\n');
  const posted = (file: string) => ran(['review', '--pull-request', '7', '--report', file, '--config', 'broken.yml', '--head', 'a'.repeat(40), '--output', 'again.json'], reportOf(passing), { parts, env: { GITHUB_TOKEN: 'gh', GITHUB_REPOSITORY: 'o/r' }, directory });
  await writeFile(join(directory, 'silent.json'), jsonV1(reportOf(passing)));
  assert.equal((await posted('silent.json')).code, 2);
  await posted('again.json');
  assert.deepEqual(requests.map(({ report }) => report.notices.length), [1, 1]);
});

test('review says what it lacks before it checks', async () => {
  const lacking: [string[], RegExp][] = [
    [['--pull-request', '7'], /No repository was named/],
    [['--pull-request', '7', '--repo', 'o/r/x'], /No repository/],
    [['--pull-request', 'x', '--repo', 'o/r'], /x is no number/],
    [['--pull-request', '7', '--repo', 'o/r'], /needs a token/],
    [['--pull-request', '7', '--repo', 'o/r', '--token', 'gh', '--api-url', 'foo'], /"foo" is no address of GitHub's API\.\n {2}Give it as --api-url/],
    [['--pull-request', '7', '--repo', 'o/r', '--token', 'gh', '--server-url', 'ftp://x'], /"ftp:\/\/x" is no address of GitHub's server/],
    [['--pull-request', '7', '--repo', 'o/r', '--token', 'gh', '--head', 'abc123'], /abc123 is no whole SHA/],
    [['--pull-request', '7', '--repo', 'o/r', '--token', 'gh', '--output', 'report'], /The name report does not say which format/],
  ];
  for (const [argv, message] of lacking) {
    const { code, err, settings } = await ran(['review', './a', ...argv], reportOf(seed));
    assert.equal(code, 2);
    assert.equal(settings, null);
    assert.match(err, message);
  }
});
