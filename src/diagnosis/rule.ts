import type { JsonObject } from '../inventory/checkpoint.ts';
import type { Evidence } from './evidence.ts';
import type { Finding, Fix, Severity } from './finding.ts';
import type { Prose } from './prose.ts';

/** What a rule saw. Plain data, so that words are a pure function of it. */
export interface Detection<Data> {
  readonly data: Data;
  /** Names of the parameters concerned. */
  readonly parameters: readonly string[];
  /** Differs from the rule's own severity where the rule's table says so. */
  readonly severity?: Severity;
  readonly location?: { readonly path: string; readonly line: number | null };
}

/** What a rule says of a detection: what is wrong and how we know, how it came about, what to do. */
export interface Words {
  readonly title: Prose;
  readonly message: Prose;
  readonly cause: Prose | null;
  readonly fix: Fix | null;
}

/** The rule could not be judged; the reason is reported, since skipped is not passed. */
export interface Skip {
  readonly skipped: string;
}

/** A checkpoint of an example: its files are made of this and read by the ordinary pipeline. */
export interface ExampleCheckpoint {
  readonly config: JsonObject | null;
  /** Name → type and shape. Laid out as one `model.safetensors`, or by `shards`. */
  readonly tensors: Readonly<Record<string, readonly [dtype: string, ...shape: number[]]>>;
  /** Weight file → names in it, instead of one `model.safetensors`. An index is written when `index` is not given. */
  readonly shards?: Readonly<Record<string, readonly string[]>>;
  /** Further files, or replacements of those made from the above; null takes one away. */
  readonly files?: Readonly<Record<string, string | { readonly base64: string } | null>>;
  /** Bytes to cut off (negative) or put on (positive) at a file's end. */
  readonly resize?: Readonly<Record<string, number>>;
  /** `__metadata__` of the headers; `{ format: 'pt' }` where not given. */
  readonly metadata?: Readonly<Record<string, string>> | null;
  /** The byte that fills a tensor's data; 0 where not named. */
  readonly bytes?: Readonly<Record<string, number>>;
}

export interface Example {
  /** What happened, in a line. */
  readonly name: string;
  readonly checkpoint: ExampleCheckpoint;
  readonly base?: ExampleCheckpoint;
}

export interface Examples {
  readonly fires: readonly Example[];
  readonly silent: readonly Example[];
}

/** One rule: everything about it stands in one file. */
export interface RuleSpec<Data> {
  /** Equal to the file's name. */
  readonly id: string;
  readonly severity: Severity;
  /** One line for tables. */
  readonly summary: string;
  /** What it costs to ignore it: one paragraph for the rule's page. */
  readonly why: string;
  /** How the rule decides, for the rule's page. */
  readonly how: string;
  /** Public threads where this happened, as `owner/repo#number`. */
  readonly sources: readonly string[];
  detect(evidence: Evidence): readonly Detection<Data>[] | Skip;
  words(data: Data): Words;
  /** Cases in which it says something and in which it does not; made when asked for, since a check needs none. */
  examples(): Examples;
}

/** A rule with the type of its data closed over, as the catalogue holds it. */
export interface Rule {
  readonly id: string;
  readonly severity: Severity;
  readonly summary: string;
  readonly why: string;
  readonly how: string;
  readonly sources: readonly string[];
  readonly helpUrl: string;
  examples(): Examples;
  run(evidence: Evidence): readonly Finding[] | Skip;
}

const PAGES = 'https://github.com/headcheck/headcheck/blob/main/docs/rules';

/** The page of a rule, also of one that only a foreign report names. */
export function helpUrlOf(rule: string): string {
  return `${PAGES}/${rule}.md`;
}

/** Makes a rule of its specification: detection, then words, then a finding. */
export function defineRule<Data>(spec: RuleSpec<Data>): Rule {
  const { id, severity, summary, why, how, sources } = spec;
  const helpUrl = helpUrlOf(id);
  return {
    id, severity, summary, why, how, sources, helpUrl,
    examples: () => spec.examples(),
    run(evidence) {
      const detected = spec.detect(evidence);
      if ('skipped' in detected) return detected;
      return detected.map((detection) => ({
        rule: id,
        severity: detection.severity ?? severity,
        ...spec.words(detection.data),
        parameters: detection.parameters,
        helpUrl,
        location: detection.location ?? null,
        waived: null,
      }));
    },
  };
}
