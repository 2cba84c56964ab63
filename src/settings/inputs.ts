import * as v from 'valibot';
import { UsageError } from '../errors.ts';
import { plain, prose } from '../report/report.ts';
import { referenceKey } from '../reference/key.ts';
import { ClassName, Day, FailOnValue, FAIL_ON, Reference } from './schema.ts';
import { describe, suggestion } from './wording.ts';
import type { Settings, Target } from '../settings.ts';
import type { ConfigFile } from './config-file.ts';

/**
 * What an edge was given, unchecked: arguments, or the action's inputs and the variables that it reads from the
 * environment. Undefined, null and empty text all mean "not given".
 */
export interface RawInputs {
  /** A list, or text with one reference a line. */
  readonly checkpoints?: unknown;
  readonly base?: unknown;
  readonly class?: unknown;
  readonly failOn?: unknown;
  /** `HF_ENDPOINT` */
  readonly hubEndpoint?: unknown;
  /** `HF_TOKEN` */
  readonly hubToken?: unknown;
  readonly directory: string;
  /** `HTTPS_PROXY` */
  readonly proxy?: unknown;
  /** `NO_PROXY`: names separated by commas or blanks. */
  readonly noProxy?: unknown;
  /** An ISO date, UTC. */
  readonly today: string;
}

/** A checkpoint that a pull request or a release refers to (what `discovery/` gives). */
export interface Found {
  readonly reference: string;
  readonly base: string | null;
  readonly isWeak?: boolean;
  readonly origin: Target['origin'];
}

export const HUB_ENDPOINT = 'https://huggingface.co';

const HttpUrl = v.pipe(
  v.string('an http(s) address'),
  v.trim(),
  v.check((text) => isHttpUrl(text), 'an http(s) address without user name, query or fragment'),
);

const ProxyUrl = v.pipe(
  v.string('the address of a proxy'),
  v.trim(),
  v.transform((text) => (/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`)),
  v.check((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), 'the http(s) address of a proxy, like http://proxy:3128'),
);

/** A token goes into a header: one visible word. The message never shows it. */
const Token = v.pipe(v.string('a token'), v.trim(), v.regex(/^[\x21-\x7e]+$/, 'one word of visible ASCII characters'));

const List = v.array(v.unknown(), 'references, one a line');

/**
 * Merges what the edge was given with the config file. Inputs win over the file:
 *
 * - Checkpoints named in the inputs are the ones checked; the file's entry for the same reference still gives
 *   its base, its class and its waivers. Without them, those `found` in a pull request, or else all that the file lists.
 * - `base` and `class` in the inputs hold for every checkpoint.
 * - `fail-on` in the inputs replaces the file's; the default is `error`.
 *
 * @param config what `parseConfigFile` read, or null where there is no file
 * @param found what discovery found (it includes what the config lists), or null where it did not run. The file's
 *   entries give their bases, classes and waivers to these too.
 * @throws UsageError naming everything that is wrong with the inputs
 */
export function parseSettings(inputs: RawInputs, config: ConfigFile | null, found: readonly Found[] | null = null): Settings {
  const wrong: string[] = [];
  const base = read(wrong, 'base', Reference, inputs.base) ?? null;
  const released = read(wrong, 'class', ClassName, inputs.class);
  const named = readReferences(wrong, inputs.checkpoints);
  const failOn = read(wrong, 'fail-on', FailOnValue, inputs.failOn, FAIL_ON);
  const endpoint = read(wrong, 'the Hub endpoint (HF_ENDPOINT)', HttpUrl, inputs.hubEndpoint) ?? HUB_ENDPOINT;
  const token = readToken(wrong, inputs.hubToken);
  const proxy = read(wrong, 'the proxy (HTTPS_PROXY)', ProxyUrl, inputs.proxy);
  const except = typeof inputs.noProxy === 'string' ? inputs.noProxy.split(/[\s,]+/).filter((name) => name !== '') : [];
  const today = read(wrong, 'today', Day, inputs.today) ?? inputs.today;
  if (wrong.length > 0) throw new UsageError(wrong.join('\n'), 'Correct the inputs named above and run again.');
  const targets = chooseTargets(named, config, found);
  return {
    targets: targets.map((target) => ({ ...target, ...(base === null ? {} : { base }), ...(released === undefined ? {} : { class: released }) })),
    failOn: failOn ?? config?.failOn ?? 'error',
    severities: config?.severities ?? {},
    hub: { endpoint: endpoint.replace(/\/+$/, ''), token },
    directory: inputs.directory,
    proxy: proxy === undefined ? null : { url: proxy, except },
    today,
  };
}

function chooseTargets(named: readonly string[], config: ConfigFile | null, found: readonly Found[] | null): readonly Target[] {
  const listed = config?.checkpoints ?? [];
  if (named.length > 0) {
    const unique = new Map(named.map((reference) => [referenceKey(reference), reference]));
    // A person named it: a finding belongs to no line of the config file.
    return [...unique.values()].map((reference) => withEntry({ reference, base: null, origin: null }, listed));
  }
  return found === null ? listed : found.map((reference) => withEntry(reference, listed));
}

/** Adds the base, the class and the waivers that the config file has for the same reference. */
function withEntry({ reference, base, isWeak = false, origin }: Found, listed: readonly Target[]): Target {
  const key = referenceKey(reference);
  const same = listed.filter((target) => referenceKey(target.reference) === key);
  // A checkpoint that is listed with two bases stays two; otherwise the only entry is meant.
  const entry = same.find((target) => target.base === base) ?? same[0];
  return { reference, base: base ?? entry?.base ?? null, ...(base === null && entry?.base != null ? { baseFrom: 'config' as const } : {}), ...(entry?.class === undefined ? {} : { class: entry.class }), waivers: entry?.waivers ?? [], ...(isWeak ? { isWeak } : {}), origin };
}

function read<T>(wrong: string[], name: string, schema: v.GenericSchema<unknown, T>, value: unknown, words: readonly string[] = []): T | undefined {
  if (isAbsent(value)) return undefined;
  const result = v.safeParse(schema, value, { abortEarly: true, abortPipeEarly: true });
  if (result.success) return result.output;
  const nearest = typeof value === 'string' ? suggestion(value, words) : [];
  wrong.push(`${name} should be ${result.issues[0].message}; found ${plain(describe(value))}.${plain(nearest)}`);
  return undefined;
}

/** Each by itself, so that what is wrong with one is told of that one. */
function readReferences(wrong: string[], value: unknown): readonly string[] {
  const list = read(wrong, 'checkpoint', List, typeof value === 'string' ? value.split(/\r?\n/).filter((line) => line.trim() !== '') : value) ?? [];
  return list.flatMap((item, i) => {
    const name = list.length === 1 ? 'checkpoint' : `checkpoint ${i + 1} of ${list.length}`;
    const result = v.safeParse(Reference, item, { abortEarly: true, abortPipeEarly: true });
    if (result.success) return [result.output];
    wrong.push(`${name} should be ${result.issues[0].message}; found ${plain(describe(item))}.`);
    return [];
  });
}

function readToken(wrong: string[], value: unknown): string | null {
  if (isAbsent(value)) return null;
  const result = v.safeParse(Token, value);
  if (result.success) return result.output;
  wrong.push(plain(prose`The Hub token (HF_TOKEN) should be ${[result.issues[0].message]}; it is not shown here. Copy it again, without quotes or line breaks.`));
  return null;
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '') || (Array.isArray(value) && value.length === 0);
}

function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username + password + search + hash === '';
}
