import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnreachableError } from '../../../src/errors.ts';
import { checkReach, guardedLookup, hostReach, literalAddress, reachOf, type Reach } from '../../../src/source/http/addresses.ts';

test('addresses count as what they stand for, however they are written', () => {
  const expected: Readonly<Record<Reach, readonly string[]>> = {
    public: ['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:8.8.8.8'],
    private: ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', 'fc00::1', 'fd12::1', '::ffff:10.0.0.1', '64:ff9b::10.0.0.1', '2002:a00:1::'],
    loopback: ['127.0.0.1', '127.255.255.255', '::1', '::ffff:127.0.0.1', '::127.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::'],
    forbidden: ['0.0.0.0', '169.254.169.254', '224.0.0.1', '255.255.255.255', '::', 'fe80::1', 'fe80::1%eth0', 'ff02::1', '::ffff:169.254.169.254', 'fd00:ec2::254'],
  };
  for (const [reach, addresses] of Object.entries(expected)) for (const address of addresses) assert.equal(reachOf(address), reach, address);
});

test('a server may lead as far inside as it is itself, and no further', () => {
  const order: readonly Reach[] = ['public', 'private', 'loopback'];
  for (const [i, allowed] of order.entries()) {
    for (const [j, reach] of order.entries()) {
      if (j <= i) checkReach('h', reach, allowed);
      else assert.throws(() => checkReach('h', reach, allowed), UnreachableError);
    }
    assert.throws(() => checkReach('h', 'forbidden', allowed), UnreachableError);
  }
});

test('literal addresses are seen through the notations of URLs', async () => {
  for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]']) assert.equal(await hostReach(new URL(`http://${host}/`)), 'loopback', host);
  assert.equal(literalAddress(new URL('http://hub.example/')), null);
  assert.equal(await hostReach(new URL('http://localhost/')), 'loopback');
  assert.equal(await hostReach(new URL('http://no-such-host.invalid/')), 'public');
});

test('a name that resolves further inside than allowed is refused at the connection', async () => {
  const look = async (allowed: Reach, all: boolean) => await new Promise((resolve) => {
    guardedLookup(allowed)('localhost', { all }, (error, address) => resolve(error ?? address));
  });
  assert.ok(await look('public', true) instanceof UnreachableError);
  assert.ok(await look('private', false) instanceof UnreachableError);
  assert.match(String(await look('loopback', false)), /^(127\.0\.0\.1|::1)$/);
  assert.ok(Array.isArray(await look('loopback', true)));
});
