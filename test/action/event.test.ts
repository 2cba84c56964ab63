import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isAside, isCommand, parseCommand } from '../../src/action/command.ts';
import { readEvent } from '../../src/action/event.ts';
import { changed, examplePayload } from '../support/github/payloads.ts';

describe('an event', () => {
  it('is read from GitHub\'s own examples', () => {
    const kinds = (['pull_request', 'merge_group', 'push', 'release', 'workflow_run', 'issue_comment', 'workflow_dispatch'] as const).map((name) => readEvent(name, examplePayload(name)).kind);
    assert.deepEqual(kinds, ['pull-request', 'merge-group', 'tag', 'release', 'workflow-run', 'ignored', 'other']);
    assert.deepEqual(readEvent('merge_group', examplePayload('merge_group')), { kind: 'merge-group', number: 104, head: '2ffea6db159f6b6c47a24e778fb9ef40cf6b1c7d', base: '380387fbc80638b734a49e1be1c4dfec1c01b33c', baseRef: 'main' });
  });

  it('has a number only where the branch of the queue says one', () => {
    const number = (ref: string): unknown => {
      const event = readEvent('merge_group', changed(examplePayload('merge_group'), { merge_group: { head_ref: ref } }));
      return event.kind === 'merge-group' ? event.number : undefined;
    };
    const sha = 'a'.repeat(40);
    assert.equal(number(`refs/heads/gh-readonly-queue/release/v1/pr-12-${sha}`), 12);
    assert.equal(number(`gh-readonly-queue/main/pr-12-${sha}`), 12);
    assert.equal(number(`refs/heads/main/pr-12-${sha}`), null);
    assert.equal(number('refs/heads/gh-readonly-queue/main/pr-12-abc'), null);
  });

  it('knows which workflows are trusted, and what is nothing to do', () => {
    const pull = examplePayload('pull_request', 'opened');
    assert.deepEqual(['pull_request', 'pull_request_target'].map((name) => {
      const event = readEvent(name, pull);
      return event.kind === 'pull-request' && event.trusted;
    }), [false, true]);
    assert.equal(readEvent('release', examplePayload('release', 'deleted')).kind, 'ignored');
    assert.equal(readEvent('workflow_run', examplePayload('workflow_run', 'requested')).kind, 'ignored');
    assert.equal(readEvent('issue_comment', examplePayload('issue_comment', 'edited')).kind, 'ignored');
    assert.equal(readEvent('push', { ...examplePayload('push'), deleted: true }).kind, 'ignored');
  });

  it('says what is wrong with a payload', () => {
    for (const payload of [null, [], {}, { pull_request: { number: '7' } }]) assert.throws(() => readEvent('pull_request', payload), { name: 'MalformedError', message: /^The payload of the event pull_request/ });
  });
});

describe('a command', () => {
  it('is the first word of a comment', () => {
    assert.deepEqual(['/headcheck', '  /headcheck a', '/headcheck\nthanks', '/headchecks', 'please /headcheck', '> /headcheck', ''].map(isCommand), [true, true, true, false, false, false, false]);
  });

  it('names references and a base, on its own line', () => {
    assert.deepEqual(parseCommand('/headcheck  hf://a/b@c   out base=hf://x/y \r\nmore words base=2'), { references: ['hf://a/b@c', 'out'], base: 'hf://x/y', class: null });
    assert.deepEqual(parseCommand('/headcheck `hf://a/b` ``out`` base=`hf://x/y`'), { references: ['hf://a/b', 'out'], base: 'hf://x/y', class: null });
    assert.deepEqual(parseCommand('/headcheck `base=hf://x/y` `a'), { references: ['`a'], base: 'hf://x/y', class: null });
    assert.deepEqual(parseCommand('/headcheck'), { references: [], base: null, class: null });
    assert.deepEqual(parseCommand('/headcheck class=`BertModel` a'), { references: ['a'], base: null, class: 'BertModel' });
    assert.deepEqual(parseCommand('/headcheck Class=BertModel `Base=b`'), { references: [], base: 'b', class: 'BertModel' });
    assert.ok(isAside(parseCommand('/headcheck class=BertModel')));
    for (const wrong of ['/headcheck depth=3', '/headcheck base=', '/headcheck base=a base=b', '/headcheck class=', '/headcheck class=``', '/headcheck Depth=3']) assert.throws(() => parseCommand(wrong), { name: 'UsageError' });
  });
});
