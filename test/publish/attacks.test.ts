import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Nodes } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { helpUrlOf } from '../../src/diagnosis/rule.ts';
import { annotationsOf } from '../../src/publish/annotations.ts';
import { publishCheckRun } from '../../src/publish/check-run.ts';
import { connect, type GitHub } from '../../src/publish/client.ts';
import { readForeignReport, REPORT_NAME } from '../../src/publish/foreign-report.ts';
import { readMarker } from '../../src/publish/marker.ts';
import { publishToPullRequest } from '../../src/publish/pull-request.ts';
import { publishSummary } from '../../src/publish/summary.ts';
import { jsonV1 } from '../../src/report/json-v1.ts';
import { markdown } from '../../src/report/markdown.ts';
import { memoryReader } from '../../src/bytes/reader.ts';
import type { Source } from '../../src/source/source.ts';
import type { Report } from '../../src/report/report.ts';
import { ATTACKS } from '../support/attacks.ts';
import { FakeGitHub } from '../support/github/fake-github.ts';
import { addedFile, addPull } from '../support/github/pull.ts';
import { hostile } from '../support/reports.ts';

/** A report that came back out of an artifact: every text in it is the attacker's. */
async function foreign(report: Report): Promise<Report> {
  // The id of a rule is the one text that is refused instead of shown.
  const checkpoints = report.checkpoints.map((checkpoint) => ({ ...checkpoint, skipped: checkpoint.skipped.map(({ reason }) => ({ rule: 'head-missing', reason })) }));
  const bytes = Buffer.from(jsonV1({ ...report, checkpoints }));
  const source: Source = {
    reference: 'artifact://headcheck-report', revision: null, isLocal: false, files: [{ path: REPORT_NAME, size: bytes.length, sha256: null }],
    open: async () => memoryReader(bytes),
  };
  return await readForeignReport(source, helpUrlOf);
}

const OUR_HTML = /^(?:<!-- headcheck:(?:comment|review|finding) [^<>]* -->|<details(?: open)?>\n<summary>(?:<b>|<\/b>|<code>|<\/code>|[^<>`])*<\/summary>|<\/details>)$/;
const OUR_LINK = /^https:\/\/github\.com\/(?:headcheck\/headcheck\/blob\/main\/docs\/rules\/[a-z-]+\.md|octo-org\/octo-model\/pull\/\d+#issuecomment-\d+)$/;

function* walk(node: Nodes): Generator<Nodes> {
  yield node;
  if ('children' in node) for (const child of node.children) yield* walk(child);
}

/** Reads a post as GitHub does: no HTML, link, mention or formula in it may be another's. */
function assertTame(text: string, attack: string): void {
  const label = JSON.stringify(attack.slice(0, 60));
  for (const node of walk(fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }))) {
    if (node.type === 'html') assert.match(node.value, OUR_HTML, label);
    if (node.type === 'link') assert.match(node.url, OUR_LINK, label);
    assert.notEqual(node.type, 'image', label);
    const prose = node.type === 'text' ? node.value : '';
    assert.doesNotMatch(prose, /[@#][a-z0-9]|\bgh-\d|:\/\/|www\.|\$/i, label);
  }
}

describe('hostile texts', () => {
  let fake: FakeGitHub;
  let github: GitHub;
  before(async () => {
    fake = await FakeGitHub.start();
    fake.token('writer', 'github-actions[bot]', ['pull_requests:write', 'checks:write']);
    github = await connect({ apiUrl: fake.api, serverUrl: 'https://github.com', token: 'writer', repository: 'octo-org/octo-model' }, { proxy: null, patience: 0 });
  });
  after(() => fake.close());

  it('reach a pull request only as text, even where every text of the report is theirs', async () => {
    let number = 1;
    // The longest ones try the reporter's patience, and are its tests' business.
    for (const attack of ATTACKS.filter(({ length }) => length < 5_000)) {
      const report = await foreign(hostile(attack));
      number += 1;
      addPull(fake.state, number, { files: [addedFile('train.yaml', ['model: x'])] });
      const checkpoints = report.checkpoints.map((checkpoint) => ({ ...checkpoint, origin: { path: 'train.yaml', line: 1 } }));
      const outcome = await publishToPullRequest(github, {
        pullRequest: number, stamp: { key: attack, head: 'a'.repeat(40), run: 1, attempt: 1 }, report: { ...report, checkpoints }, failOn: 'error',
        comment: 'always', review: 'comment', wholeReport: null,
      });
      assert.equal(outcome.comment.kind, 'created');
      const isOf = ({ pull }: { pull: number }): boolean => pull === number;
      const posted = [...fake.state.comments.filter(({ issue }) => issue === number), ...fake.state.reviews.filter(isOf), ...fake.state.reviewComments.filter(isOf)];
      assert.equal(posted.length, 3, `posted for ${JSON.stringify(attack)}`);
      for (const { body } of posted) {
        assert.equal(readMarker(body)?.key, attack.slice(0, 100).replace(/\p{Cs}/gu, '\ufffd'), `the marker survives ${JSON.stringify(attack)}`);
        assertTame(body, attack);
      }
    }
  });

  it('reach a check run and the summary only as the reporter has made them fit', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'headcheck-summary-')), 'summary');
    await writeFile(path, '');
    for (const attack of ['<img src=x onerror=alert(1)>', '@octocat', '| a\n::error::x']) {
      const report = hostile(attack);
      await publishCheckRun(github, { name: 'headcheck', head: 'a'.repeat(40), report, failOn: 'error', wholeReport: null });
      assert.equal(fake.state.checkRuns.at(-1)?.summary, markdown(report));
      await writeFile(path, '');
      await publishSummary(path, (limit) => markdown(report, { limit }));
      assert.equal(await readFile(path, 'utf8'), markdown(report));
    }
    await rm(dirname(path), { recursive: true });
  });

  it('are no command to the runner, in annotations and in the log', () => {
    const token = /^::stop-commands::([0-9a-f-]{36})$/;
    const lines = execFileSync(process.execPath, ['build/test/support/hostile-log.js'], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }).split(/\r?\n/);
    let stopped: string | null = null;
    let brackets = 0;
    for (const line of lines) {
      if (stopped !== null) {
        if (line === `::${stopped}::`) stopped = null;
        continue;
      }
      const begins = token.exec(line)?.[1];
      if (begins !== undefined) {
        stopped = begins;
        brackets += 1;
      } else {
        // Outside of the brackets stand our own annotations and nothing else.
        assert.match(line, /^(?:::(?:error|warning) title=[^\n]*::.*)?$/);
      }
    }
    assert.equal(stopped, null, 'every bracket is closed');
    assert.equal(brackets, ATTACKS.length);
  });

  it('are one line in an annotation', () => {
    for (const attack of ATTACKS) {
      for (const { title, message } of annotationsOf(hostile(attack))) assert.doesNotMatch(title + message, /[\u0000-\u001f\u202e\u2028]/);
    }
  });
});
