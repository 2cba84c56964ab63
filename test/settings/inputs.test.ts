import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UsageError } from '../../src/errors.ts';
import { parseConfigFile } from '../../src/settings/config-file.ts';
import { parseSettings } from '../../src/settings/inputs.ts';

const given = { directory: '/repo', today: '2026-06-15' };
const config = parseConfigFile(
  'checkpoints:\n  - reference: ./out/\n    base: hf://org/base\n    waive: [{rule: dtype-widened, reason: agreed}]\n  - reference: hf://org/second\nfail-on: warning\nrules: {dtype-widened: off}\n',
  'headcheck.yml',
  { rules: ['dtype-widened'], today: given.today },
);
const wrong = (inputs: Record<string, unknown>): UsageError => {
  try {
    parseSettings({ ...given, ...inputs }, null);
  } catch (error) {
    assert.ok(error instanceof UsageError);
    return error;
  }
  return assert.fail('it should have thrown');
};

describe('settings from inputs and the config file', () => {
  it('has defaults where nothing is given', () => {
    assert.deepEqual(parseSettings({ ...given, base: '', checkpoints: ' \n', failOn: null }, null), {
      targets: [], failOn: 'error', severities: {}, hub: { endpoint: 'https://huggingface.co', token: null },
      directory: '/repo', proxy: null, today: '2026-06-15',
    });
  });

  it('takes the file where the inputs are silent', () => {
    const settings = parseSettings(given, config);
    assert.deepEqual(settings.targets, config.checkpoints);
    assert.equal(settings.failOn, 'warning');
    assert.deepEqual(settings.severities, { 'dtype-widened': 'off' });
  });

  it('prefers what discovery found over the list of the file, and the inputs over both', () => {
    const found = [{ reference: 'hf://org/found', base: null, origin: { path: 'a.yml', line: 2 } }, { reference: 'out', base: null, origin: null }];
    const [first, second] = parseSettings(given, config, found).targets;
    assert.deepEqual(first, { ...found[0], waivers: [] });
    assert.deepEqual([second?.base, second?.waivers.length], ['hf://org/base', 1]);
    assert.deepEqual(parseSettings(given, config, []).targets, []);
    assert.deepEqual(parseSettings({ ...given, checkpoints: 'x' }, config, found).targets.map(({ reference }) => reference), ['x']);
  });

  it('a named checkpoint keeps the base and the waivers that the file has for it', () => {
    const [target] = parseSettings({ ...given, checkpoints: ['out'] }, config).targets;
    assert.equal(target?.base, 'hf://org/base');
    assert.equal(target?.waivers[0]?.rule, 'dtype-widened');
    assert.equal(target?.origin, null);
  });

  it('the class that a checkpoint is released as travels as its base does', () => {
    const file = parseConfigFile('checkpoints:\n  - reference: out\n    class: BertModel\n', 'headcheck.yml', { rules: [], today: given.today });
    const classes = (inputs: Record<string, unknown>, found: Parameters<typeof parseSettings>[2] = null) => parseSettings({ ...given, ...inputs }, file, found).targets.map((target) => target.class);
    assert.deepEqual(classes({}), ['BertModel']);
    assert.deepEqual(classes({ checkpoints: './out\nother' }), ['BertModel', undefined]);
    assert.deepEqual(classes({}, [{ reference: './out/', base: null, origin: null }]), ['BertModel']);
    assert.deepEqual(classes({ checkpoints: 'out\nother', class: 'BertForMaskedLM' }), ['BertForMaskedLM', 'BertForMaskedLM']);
    assert.match(wrong({ class: '../x' }).message, /^class should be the name of a class/);
  });

  it('inputs win over the file', () => {
    const settings = parseSettings({ ...given, checkpoints: 'out\nhf://org/third\r\n\r\n./out', base: ' hf://o/b ', failOn: 'never' }, config);
    assert.deepEqual(settings.targets.map(({ reference, base }) => [reference, base]), [['./out', 'hf://o/b'], ['hf://org/third', 'hf://o/b']]);
    assert.equal(settings.failOn, 'never');
  });

  it('reads endpoint, token and proxy', () => {
    const settings = parseSettings({ ...given, hubEndpoint: 'http://127.0.0.1:8080/', hubToken: ' hf_abc\n', proxy: 'proxy:3128', noProxy: 'localhost, .corp  ::1' }, null);
    assert.deepEqual(settings.hub, { endpoint: 'http://127.0.0.1:8080', token: 'hf_abc' });
    assert.deepEqual(settings.proxy, { url: 'http://proxy:3128', except: ['localhost', '.corp', '::1'] });
  });

  it('names everything that is wrong at once', () => {
    const error = wrong({ failOn: 'eror', hubEndpoint: 'ftp://x', proxy: 'http://', base: 7, checkpoints: { a: 1 } });
    assert.deepEqual(error.message.split('\n').map((line) => line.split(' should')[0]), ['base', 'checkpoint', 'fail-on', 'the Hub endpoint (HF_ENDPOINT)', 'the proxy (HTTPS_PROXY)']);
    assert.match(error.message, /fail-on should be error, warning or never; found eror\. Did you mean error\?/);
  });

  it('says which of several references is none', () => {
    assert.equal(wrong({ checkpoints: [''] }).message, 'checkpoint should be a path or a reference; found an empty text.');
    assert.equal(wrong({ checkpoints: ['out', ' ', 'a\nb'] }).message, 'checkpoint 2 of 3 should be a path or a reference; found an empty text.\ncheckpoint 3 of 3 should be a path or a reference on one line, without control characters; found a\\nb.');
    assert.match(wrong({ checkpoints: `out\n\n${'x'.repeat(2001)}` }).message, /^checkpoint 2 of 2 should be a path or a reference of at most 2000 characters; found x{80}…\.$/);
    assert.equal(wrong({ checkpoints: { a: 1 } }).message, 'checkpoint should be references, one a line; found a mapping.');
  });

  it('never shows a token', () => {
    assert.doesNotMatch(wrong({ hubToken: 'hf_secret with blanks' }).message, /secret/);
    assert.doesNotMatch(wrong({ hubToken: 'hf_secret\r\nX-Header: 1' }).message, /secret/);
  });
});
