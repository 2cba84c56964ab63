import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfigFile } from '../../src/settings/config-file.ts';
import { plain } from '../../src/report/report.ts';

const rules = ['head-missing', 'dtype-widened', 'unexpected-parameters'];
const parse = (text: string) => parseConfigFile(text, '.github/headcheck.yml', { rules, today: '2026-06-15' });
/** Each notice as `severity line: text`. */
const said = (text: string) => parse(text).notices.map(({ severity, location, message }) => `${severity} ${location?.line ?? '-'}: ${plain(message)}`);
/** Asserts that exactly these notices are given, in order. */
const says = (text: string, ...expected: RegExp[]) => {
  const notices = said(text);
  assert.equal(notices.length, expected.length, notices.join('\n'));
  expected.forEach((pattern, i) => { assert.match(notices[i] ?? '', pattern); });
};

describe('a sound config file', () => {
  it('gives checkpoints, bases, waivers, fail-on and severities', () => {
    const config = parse(`# comment
checkpoints:
  - reference: ./out/checkpoint
    base: hf://meta-llama/Llama-3.1-8B
    waive:
      - rule: dtype-widened
        reason: full-precision release, agreed in #12
        until: 2026-06-15
  - reference: hf://org/other@v1
fail-on: warning
rules: { unexpected-parameters: note, head-missing: off }
`);
    assert.deepEqual(config, {
      path: '.github/headcheck.yml',
      checkpoints: [
        {
          reference: './out/checkpoint',
          base: 'hf://meta-llama/Llama-3.1-8B',
          waivers: [{ rule: 'dtype-widened', reason: 'full-precision release, agreed in', until: '2026-06-15', line: 6 }],
          origin: { path: '.github/headcheck.yml', line: 3 },
        },
        { reference: 'hf://org/other@v1', base: null, waivers: [], origin: { path: '.github/headcheck.yml', line: 9 } },
      ],
      failOn: 'warning',
      severities: { 'unexpected-parameters': 'note', 'head-missing': 'off' },
      notices: [],
    });
  });

  it('may say the class that a checkpoint is released as', () => {
    assert.equal(parse('checkpoints:\n  - reference: out\n    class: " BertForSequenceClassification "\n').checkpoints[0]?.class, 'BertForSequenceClassification');
    const wrong = 'checkpoints:\n  - reference: out\n    class: bert for-labels\n';
    says(wrong, /^error 3: checkpoints\[0\]\.class should be the name of a class, like BertForSequenceClassification; found bert for-labels\.$/);
    assert.deepEqual(parse(wrong).checkpoints.map(({ reference, class: released }) => [reference, released]), [['out', undefined]]);
  });

  it('may be empty, or comments only', () => {
    for (const text of ['', '# nothing yet\n', '---\n']) {
      assert.deepEqual(parse(text), { path: '.github/headcheck.yml', checkpoints: [], failOn: null, severities: {}, notices: [] });
    }
  });

  it('may be JSON, have a byte order mark, Windows line ends and an anchor that is used again', () => {
    assert.equal(parse('{"checkpoints": [{"reference": "out"}]}').checkpoints[0]?.reference, 'out');
    const config = parse('\ufeffcheckpoints:\r\n  - reference: a\r\n    waive: &w\r\n      - rule: dtype-widened\r\n        reason: agreed\r\n        until: 2099-01-31\r\n  - reference: b\r\n    waive: *w\r\n');
    assert.deepEqual(config.notices, []);
    assert.deepEqual(config.checkpoints.map(({ origin, waivers }) => [origin?.line, waivers[0]?.line]), [[2, 4], [7, 4]]);
  });
});

describe('what is wrong in a config file', () => {
  it('unknown keys are errors that name the nearest known one', () => {
    says('checkpoint:\n  - reference: out\n', /^error 1: Unknown key checkpoint\. Did you mean checkpoints\? Known here: checkpoints, fail-on or rules\.$/);
    says('checkpoints:\n  - reference: out\n    wave: []\n', /^error 3: Unknown key wave\. Did you mean waive\?/);
    says('fail_on: error\n', /^error 1: Unknown key fail_on\. Did you mean fail-on\?/);
    says('zzzzzzzzzzzz: 1\n', /^error 1: Unknown key zzzzzzzzzzzz\. Known here/);
    says('<<: {fail-on: error}\n', /^error 1: Unknown key <</);
    says('__proto__: {fail-on: never}\nconstructor: 1\n', /^error 1: Unknown key __proto__/, /^error 2: Unknown key constructor/);
  });

  it('unknown rules are warnings, unknown severities errors', () => {
    const text = 'rules:\n  head-mising: off\n  head-missing: warn\n  dtype-widened: note\n';
    says(text, /^warning 2: There is no rule head-mising\. Did you mean head-missing\?/, /^error 3: rules\.head-missing should be error, warning, note or off; found warn\./);
    assert.deepEqual(parse(text).severities, { 'dtype-widened': 'note' });
    says('rules: {head-missing: errror}\n', /found errror\. Did you mean error\?$/);
    says('rules: {__proto__: off}\n', /^warning 1: There is no rule __proto__/);
  });

  it('a waiver counts only when it is whole, known and not expired', () => {
    const waive = (waiver: string) => `checkpoints:\n  - reference: out\n    waive:\n      - ${waiver}\n`;
    const cases: [string, RegExp][] = [
      ['{rule: dtype-widened}', /^error 4: reason is missing here: say why the finding is accepted\.$/],
      ['{rule: dtype-widened, reason: "  "}', /^error 4: checkpoints\[0\]\.waive\[0\]\.reason should be a reason; found an empty text/],
      ['{reason: agreed}', /^error 4: rule is missing here/],
      ['{rule: dtype-widened, reason: x, until: 2026-06-14}', /^warning 4: The waiver of dtype-widened expired on 2026-06-14/],
      ['{rule: dtype-widened, reason: x, until: 2027-02-30}', /until should be a day of the calendar, like 2027-01-31; found 2027-02-30/],
      ['{rule: dtype-widened, reason: x, until: next year}', /until should be a day of the calendar/],
      ['{rule: dtype-widened, reason: x, until: 2027}', /found the number 2027/],
      ['{rule: dtype-widend, reason: x}', /^warning 4: There is no rule dtype-widend\. Did you mean dtype-widened\?/],
      ['{rule: dtype-widened, reason: x, untill: 2027-01-01}', /^error 4: Unknown key untill\. Did you mean until\?/],
      ['dtype-widened', /should be a mapping; found dtype-widened/],
    ];
    for (const [waiver, message] of cases) {
      says(waive(waiver), message);
      assert.deepEqual(parse(waive(waiver)).checkpoints[0]?.waivers, [], waiver);
    }
  });

  it('a waiver without a last day counts, and one note says that it always will', () => {
    const waive = (...rules: string[]) => `    waive:\n${rules.map((rule) => `      - {rule: ${rule}, reason: agreed}\n`).join('')}`;
    const one = `checkpoints:\n  - reference: out\n${waive('dtype-widened')}`;
    says(one, /^note 4: The waiver of dtype-widened has no end: it counts until somebody takes it out\. A last day is given as until\.$/);
    assert.equal(parse(one).checkpoints[0]?.waivers.length, 1);
    says(`${one}      - {rule: head-missing, reason: agreed, until: 2099-01-31}\n  - reference: other\n${waive('head-missing', 'unexpected-parameters')}`,
      /^note 4: 3 waivers have no end, the first of them that of dtype-widened: they count until somebody takes them out\./);
    says('checkpoints:\n  - reference: a\n    waive: &w\n      - {rule: dtype-widened, reason: agreed}\n  - reference: b\n    waive: *w\n', /^note 4: The waiver of dtype-widened has no end/);
  });

  it('all that is wrong with one waiver is told at once', () => {
    const text = 'checkpoints:\n  - reference: out\n    waive:\n      - rule: head-mising\n        until: 2026-06-14\n        because: agreed\n';
    says(
      text,
      /^error 6: Unknown key because\./,
      /^error 4: reason is missing here/,
      /^warning 4: There is no rule head-mising\. Did you mean head-missing\?/,
      /^warning 4: The waiver of head-mising expired on 2026-06-14 and no longer counts\. Repair the checkpoint, or agree on a new date\.$/,
    );
    assert.deepEqual(parse(text).checkpoints[0]?.waivers, []);
  });

  it('wrong types are told all at once, and what is sound is kept', () => {
    const text = 'checkpoints:\n  - out\n  - base: x\n  - reference: [a]\n  - reference: good\n    base: 3\n    waive: yes please\n  -\nfail-on: 7\nrules: [a]\n';
    says(
      text,
      /^error 2: checkpoints\[0\] should be a mapping; found out\.$/,
      /^error 3: reference is missing here: say the checkpoint to check\.$/,
      /^error 4: checkpoints\[2\]\.reference should be a path or a reference, as text; found a list\.$/,
      /^error 6: checkpoints\[3\]\.base should be a path or a reference, as text; found the number 3\.$/,
      /^error 7: checkpoints\[3\]\.waive should be a list; found yes please\.$/,
      /^error 8: checkpoints\[4\] should be a mapping; found nothing\.$/,
      /^error 9: fail-on should be error, warning or never; found the number 7\.$/,
      /^error 10: rules should be a mapping; found a list\.$/,
    );
    assert.deepEqual(parse(text).checkpoints.map(({ reference }) => reference), ['good']);
  });

  it('a key with nothing after it is not taken for an absent one', () => {
    says('checkpoints:\nrules:\n', /^error 1: checkpoints should be a list; found nothing/, /^error 2: rules should be a mapping; found nothing/);
  });

  it('a document that is no mapping is one error', () => {
    says('- reference: out\n', /^error 1: The config file should be a mapping; found a list\.$/);
    says('just text\n', /^error 1: The config file should be a mapping; found just text\.$/);
  });

  it('the same checkpoint twice is an error, the same with another base is not', () => {
    says('checkpoints:\n  - reference: out\n  - reference: out\n', /^error 3: out is listed already on line 2/);
    says('checkpoints:\n  - reference: out\n  - {reference: out, base: b}\n');
  });

  it('control characters and overlong texts are refused', () => {
    says('checkpoints:\n  - reference: "a\\nb"\n', /on one line, without control characters/);
    says(`checkpoints:\n  - reference: ${'a'.repeat(2001)}\n`, /at most 2000 characters; found a{80}…\.$/);
  });
});

describe('a config file that is not YAML', () => {
  it('says line, column and what to do', () => {
    says('checkpoints:\n\t- reference: out\n', /^error 2: Not valid YAML at line 2, column 1: Tabs are not allowed as indentation\. Indent with spaces/);
    says('fail-on: error\nfail-on: never\n', /^error 2: Not valid YAML at line 2, column 1: Map keys must be unique\. Each key may stand once/);
    says('rules: {a: b\n', /^error \d: Not valid YAML at line \d, column \d/);
    says('checkpoints: - reference: out\n', /^error 1: Not valid YAML at line 1, column 14: /);
    says('fail-on: !!js/function "x"\n', /^error 1: Not valid YAML at line 1, column \d+: Unresolved tag.*Write plain values/);
    says('fail-on: error\n---\nfail-on: never\n', /^error 2: The config file has more than one YAML document/);
  });

  it('never throws and always says something, whatever the bytes', () => {
    const bomb = `a: &a [x]\n${[...'bcdefghij'].map((name, i) => `${name}: &${name} [${`*${'abcdefghij'[i] ?? ''}, `.repeat(9)}]`).join('\n')}\n`;
    for (const text of [bomb, 'a: *nowhere\n', '&a [*a]\n', '['.repeat(9000), '{'.repeat(9000), 'a: '.repeat(3000), '- '.repeat(3000), '\0', '%', '? ? ?', 'x'.repeat(300_000)]) {
      const { notices, checkpoints } = parse(text);
      assert.ok(notices.some(({ severity }) => severity === 'error'), text.slice(0, 20));
      assert.ok(notices.length < 100);
      assert.deepEqual(checkpoints, []);
    }
  });
});
