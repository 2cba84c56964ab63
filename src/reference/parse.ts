import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../errors.ts';
import { parseArtifact, parseGitHubPage, parseRelease } from './github.ts';
import { endpointUrl } from './hub-id.ts';
import { hubCandidate, parseHfUri, parseHubPage } from './hub.ts';
import type { PathReference, Reference, ReferenceContext, SnapshotReference } from './reference.ts';

/** Longer than any path or URL that a server or a file system takes. */
const MAX_LENGTH = 4096;
const HUB_HOSTS = new Set(['huggingface.co', 'www.huggingface.co', 'hf.co', 'www.hf.co']);
const SNAPSHOT_SUFFIX = '.headcheck.json';
const FORMS = 'Write a path, hf://org/name@revision, the address of a model\'s page, artifact://NAME, release://TAG, or a *.headcheck.json snapshot.';

/**
 * Takes a reference apart without looking at the disk or the net.
 * @throws UsageError where the text is none; the hint says what may be written
 */
export function parseReference(written: string, context: ReferenceContext): Reference {
  const text = written.trim();
  if (text === '') throw new UsageError('A reference is empty.', FORMS);
  if (text.length > MAX_LENGTH) throw new UsageError(`A reference is ${text.length} characters long.`, FORMS);
  if (/[\u0000-\u001f\u007f]/.test(text)) throw new UsageError(`${JSON.stringify(text)} has control characters in it.`, FORMS);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  switch (scheme) {
    case undefined:
      return pathReference(text, resolve(context.directory, text), hubCandidate(text));
    case 'hf':
      return parseHfUri(text);
    case 'artifact':
      return parseArtifact(text);
    case 'release':
      return parseRelease(text);
    case 'http':
    case 'https':
      return parseUrl(text, context);
    case 'file':
      return pathReference(text, filePath(text), null);
    default:
      throw new UsageError(`"${withoutSecret(text)}" begins with ${scheme}://, which Headcheck does not read.`, FORMS);
  }
}

function pathReference(text: string, path: string, candidate: string | null): PathReference | SnapshotReference {
  return path.endsWith(SNAPSHOT_SUFFIX) ? { kind: 'snapshot', text, path } : { kind: 'path', text, path, hubCandidate: candidate };
}

function filePath(text: string): string {
  try {
    return fileURLToPath(text);
  } catch (cause) {
    throw new UsageError(`"${text}" is not the address of a local file.`, 'Write the path itself.', { cause });
  }
}

function parseUrl(text: string, context: ReferenceContext): Reference {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) throw new UsageError(`"${withoutSecret(text)}" is not a web address.`, FORMS);
  if (url.username !== '' || url.password !== '') {
    throw new UsageError(`The address at ${url.host} has a password in it.`, 'Take it out, revoke it if it was committed, and give the token by HF_TOKEN.');
  }
  const endpoint = endpointUrl(context.hubEndpoint);
  const base = endpoint.pathname;
  if (url.host === endpoint.host && `${url.pathname}/`.startsWith(base)) return parseHubPage(url.pathname.slice(base.length), text);
  if (HUB_HOSTS.has(url.host)) return parseHubPage(url.pathname.slice(1), text);
  if (url.host === new URL(context.githubServer ?? 'https://github.com').host) return parseGitHubPage(url.pathname.slice(1), text);
  throw new UsageError(`"${text}" is at ${url.host}, which is neither the Hub nor GitHub.`, `${FORMS} For a mirror of the Hub, set HF_ENDPOINT.`);
}

/** A message must not repeat a password that was pasted with an address. */
function withoutSecret(text: string): string {
  return text.replace(/\/\/[^/@]*@/, '//…@');
}
