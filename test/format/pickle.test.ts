import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PickleCall, PickleTuple, type PickleValue } from '../../src/format/pickle-values.ts';
import { parsePickle, PickleError } from '../../src/format/pickle.ts';

const value = (text: string): PickleValue => parsePickle(Buffer.from(text, 'latin1')).value;

test('numbers of every instruction', () => {
  assert.equal(value('K\x07.'), 7);
  assert.equal(value('M\x01\x02.'), 513);
  assert.equal(value('J\xff\xff\xff\xff.'), -1);
  assert.equal(value('I42\n.'), 42);
  assert.equal(value('I01\n.'), true);
  assert.equal(value('L-5L\n.'), -5);
  assert.equal(value('F2.5\n.'), 2.5);
  assert.equal(value('G\x3f\xb9\x99\x99\x99\x99\x99\x9a.'), 0.1);
  assert.equal(value('\x8a\x00.'), 0);
  assert.equal(value('\x8a\x01\xff.'), -1);
  assert.equal(value('\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01.'), 2n ** 64n);
});

test('texts of every instruction', () => {
  for (const text of ["S'ab'\n.", 'Vab\n.', 'X\x02\0\0\0ab.', 'T\x02\0\0\0ab.', 'U\x02ab.', '\x8c\x02ab.', '\x8d\x02\0\0\0\0\0\0\0ab.']) assert.equal(value(text), 'ab');
});

test('containers, the memo and marks', () => {
  assert.deepEqual(value('(K\x01K\x02l.'), [1, 2]);
  assert.deepEqual(value(']K\x01aK\x02a.'), [1, 2]);
  assert.deepEqual(value('(K\x01K\x02d.'), new Map([[1, 2]]));
  assert.deepEqual(value('}q\0(K\x01h\0u0h\0.'), value('}q\0(K\x01h\0u.'));
  assert.deepEqual(value('K\x01K\x02\x86.'), new PickleTuple([1, 2]));
  assert.equal(value('(K\x01K\x021K\x05.'), 5);
});

test('a call is kept and never made, its global is listed', () => {
  const pickle = parsePickle(Buffer.from('cposix\nsystem\n(X\x04\0\0\0truetR.'));
  assert.ok(pickle.value instanceof PickleCall);
  assert.deepEqual(pickle.value.args, ['true']);
  assert.deepEqual(pickle.globals.map((global) => global.path), ['posix.system']);
});

test('a global that is only named on the way is listed too', () => {
  assert.deepEqual(parsePickle(Buffer.from('\x8c\x02os\x8c\x06system\x930N.', 'latin1')).globals.map((global) => global.path), ['os.system']);
});

test('what breaks off says so, and where', () => {
  for (const text of ['', '(', 'X\xff\0\0\0a', 'K', 'cposix\nsys', '\x8d\xff\xff\xff\xff\xff\xff\xff\xff']) {
    assert.throws(() => value(text), (error) => error instanceof PickleError && error.isBrokenOff, JSON.stringify(text));
  }
});

test('impossible instructions are refused', () => {
  for (const text of ['.', '0.', 't.', 'h\0.', '(.', 'K\x01K\x02s.', 'K\x01K\x01a.', 'NNR.', '\xff.', 'NN\x93.']) assert.throws(() => value(text), PickleError, JSON.stringify(text));
});

test('any bytes give a value or a PickleError', () => {
  const instruction = fc.constantFrom(...'()01IJKLMNPQRSTUVXabcdeghijlopqrstu}].2B\n\x80\x81\x85\x88\x8a\x8c\x90\x93\x94\x95', 'K\x01', 'X\x01\0\0\0a', 'q\0', 'h\0');
  fc.assert(fc.property(fc.array(instruction, { maxLength: 40 }), (parts) => {
    try {
      value(`${parts.join('')}.`);
    } catch (error) {
      assert.ok(error instanceof PickleError, String(error));
    }
  }), { numRuns: 3000 });
});
