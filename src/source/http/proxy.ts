import type { Agent } from 'node:http';
import { UsageError } from '../../errors.ts';

/** The proxy for https requests, and the hosts that go without it. */
export interface Proxy {
  readonly url: string;
  readonly except: readonly string[];
}

/**
 * Whether a URL goes through the proxy. `except` follows what curl, Python and Go agree on for NO_PROXY: a name covers
 * itself and what is below it, with or without a leading dot or `*.`; `host:port` covers that port; `*` covers all.
 */
export function goesThrough(proxy: Proxy | null, url: URL): proxy is Proxy {
  if (proxy === null || url.protocol !== 'https:') return false;
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = url.port === '' ? '443' : url.port;
  return !proxy.except.some((entry) => covers(entry.trim().toLowerCase(), host, port));
}

function covers(entry: string, host: string, port: string): boolean {
  if (entry === '') return false;
  if (entry === '*') return true;
  // An IPv6 address has colons of its own; a port after one needs brackets.
  const [, address, addressPort] = /^\[?([0-9a-f:]*:[0-9a-f:.]*:[0-9a-f.]*)(?:\]:(\d+)|\])?$/.exec(entry) ?? [];
  const [, plainName = '', plainPort] = /^(?:\*?\.)?([^:]*)(?::(\d+))?$/.exec(entry) ?? [];
  const name = address ?? plainName;
  const wantedPort = addressPort ?? plainPort;
  if (name === '' || (wantedPort !== undefined && wantedPort !== port)) return false;
  return host === name || host.endsWith(`.${name}`);
}

/**
 * The proxy's address. Without a scheme it is http.
 * @throws UsageError where it is no web address
 */
export function proxyAddress(proxy: Proxy): string {
  const text = proxy.url.includes('://') ? proxy.url : `http://${proxy.url}`;
  if (!URL.canParse(text) || !/^https?:/.test(text)) throw new UsageError('The proxy is not a web address.', 'Set HTTPS_PROXY to http://host:port, or unset it.');
  return text;
}

/** The agent that tunnels through the proxy. Its library is loaded only where there is a proxy. */
export async function proxyAgent(proxy: Proxy, maxSockets: number): Promise<Agent> {
  const address = proxyAddress(proxy);
  const { HttpsProxyAgent } = await import('https-proxy-agent');
  return new HttpsProxyAgent(address, { keepAlive: true, maxSockets });
}
