import { lookup as dnsLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { UnreachableError } from '../../errors.ts';

/**
 * How far into the user's own network an address lies. A server may send us to addresses no further inside than its
 * own: a public Hub never to a private address, a Hub on this machine to this machine. `forbidden` are those where no
 * server of files can be (link-local, where clouds keep credentials; multicast; "any").
 */
export type Reach = 'public' | 'private' | 'loopback' | 'forbidden';
const DEPTH: Readonly<Record<Reach, number>> = { public: 0, private: 1, loopback: 2, forbidden: 3 };

const forbidden = new BlockList();
forbidden.addSubnet('0.0.0.0', 8, 'ipv4');
forbidden.addSubnet('169.254.0.0', 16, 'ipv4');
forbidden.addSubnet('192.0.0.0', 24, 'ipv4');
forbidden.addSubnet('224.0.0.0', 3, 'ipv4');
forbidden.addAddress('::', 'ipv6');
forbidden.addSubnet('fe80::', 10, 'ipv6');
forbidden.addSubnet('ff00::', 8, 'ipv6');
forbidden.addAddress('fd00:ec2::254', 'ipv6');

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

const inner = new BlockList();
inner.addSubnet('10.0.0.0', 8, 'ipv4');
inner.addSubnet('172.16.0.0', 12, 'ipv4');
inner.addSubnet('192.168.0.0', 16, 'ipv4');
inner.addSubnet('100.64.0.0', 10, 'ipv4');
inner.addSubnet('198.18.0.0', 15, 'ipv4');
inner.addSubnet('fc00::', 7, 'ipv6');
inner.addSubnet('fec0::', 10, 'ipv6');

/** Says how far inside an IP address lies. IPv4 addresses that are written as IPv6 (mapped, NAT64, 6to4) count as what they stand for. */
export function reachOf(address: string): Reach {
  const embedded = embeddedIPv4(address);
  const plain = embedded ?? address;
  const family = isIP(plain) === 6 ? 'ipv6' : 'ipv4';
  if (forbidden.check(plain, family)) return 'forbidden';
  if (loopback.check(plain, family)) return 'loopback';
  return inner.check(plain, family) ? 'private' : 'public';
}

function embeddedIPv4(address: string): string | null {
  if (isIP(address) !== 6) return null;
  // The URL parser writes an IPv6 address in its shortest form, in hexadecimal groups.
  const compact = new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
  const groups = /^(?:::ffff:|64:ff9b::|::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(compact) ?? /^2002:([0-9a-f]{1,4}):([0-9a-f]{1,4}):/.exec(compact);
  if (groups === null) return null;
  const [high, low] = [Number.parseInt(groups[1] ?? '', 16), Number.parseInt(groups[2] ?? '', 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** The host of a URL if it is an IP address, without brackets; else null. */
export function literalAddress(url: URL): string | null {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return isIP(host) === 0 ? null : host;
}

/** @throws UnreachableError where `reach` is further inside than `allowed` */
export function checkReach(host: string, reach: Reach, allowed: Reach): void {
  if (DEPTH[reach] <= DEPTH[allowed]) return;
  throw new UnreachableError(`${host} is at a ${reach} address, to which the server that named it must not send us.`, 'If that host is meant, name it as the endpoint itself; else report this to whoever runs the server.');
}

/** Where a configured host lies: decides where its redirects may lead. A name that does not resolve counts as public. */
export async function hostReach(url: URL): Promise<Reach> {
  const literal = literalAddress(url);
  if (literal !== null) return reachOf(literal);
  return await new Promise((done) => {
    dnsLookup(url.hostname, { all: true }, (error, addresses) => {
      const reaches = error === null ? addresses.map(({ address }) => reachOf(address)) : [];
      done(reaches.reduce<Reach>((inmost, reach) => (DEPTH[reach] > DEPTH[inmost] ? reach : inmost), 'public'));
    });
  });
}

/** A lookup for sockets that refuses names which resolve further inside than allowed; checked at the connection itself, so that a name cannot change its address in between. */
export function guardedLookup(allowed: Reach): LookupFunction {
  return (hostname, options, callback) => {
    const all: LookupOptions & { all: true } = { ...options, all: true };
    dnsLookup(hostname, all, (error, addresses) => {
      const fault = error ?? faultOf(hostname, addresses, allowed);
      const [first] = addresses ?? [];
      if (fault !== null || first === undefined) callback(refusal(fault, hostname), '', 0);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

function faultOf(hostname: string, addresses: readonly LookupAddress[], allowed: Reach): unknown {
  try {
    for (const { address } of addresses) checkReach(hostname, reachOf(address), allowed);
    return null;
  } catch (error) {
    return error;
  }
}

function refusal(fault: unknown, hostname: string): Error {
  return fault instanceof Error ? fault : new Error(`${hostname} has no address`);
}
