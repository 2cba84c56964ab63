import { isForeign, isServiceKey, normaliseKey, strengthOf } from './keys.ts';
import { assignedName, constantsOf, isLineStart, literalOf, splitArguments } from './python-arguments.ts';
import { downloaded } from './python-downloads.ts';
import { tokenize } from './python-tokens.ts';
import { allBroken } from './tree.ts';
import type { Candidate } from './candidate.ts';
import type { Argument, Call, Constants } from './python-arguments.ts';
import type { Token } from './python-tokens.ts';
import type { Broken } from './tree.ts';

/** How a call names the model that it loads. */
interface Loader {
  /** Keyword arguments that name it. */
  readonly keywords: readonly string[];
  /** Positions at which it may stand; the first that holds a text counts. */
  readonly positions: readonly number[];
  /** Whether a service's client has the same name and arguments. */
  readonly isWeak?: boolean;
}

const TRAINER: Loader = { keywords: ['model'], positions: [0] };
const ENGINE: Loader = { keywords: ['model'], positions: [0], isWeak: true };
const DOWNLOAD: Loader = { keywords: ['repo_id'], positions: [0] };

/** Functions that load a checkpoint by its name on the Hub. */
const LOADERS: Readonly<Record<string, Loader>> = {
  // PeftModel.from_pretrained(model, "org/adapter") has the name second.
  from_pretrained: { keywords: ['pretrained_model_name_or_path', 'pretrained_model_or_path', 'model_name', 'model_id', 'model_name_or_path', 'repo_id'], positions: [0, 1] },
  from_model_id: { keywords: ['model_id'], positions: [0] },
  load_adapter: { keywords: ['peft_model_id', 'model_id', 'adapter_name_or_path'], positions: [0] },
  load_lora_weights: { keywords: ['pretrained_model_name_or_path_or_dict'], positions: [0] },
  pipeline: { keywords: ['model'], positions: [1], isWeak: true },
  snapshot_download: DOWNLOAD, hf_hub_download: DOWNLOAD,
  SentenceTransformer: { keywords: ['model_name_or_path'], positions: [0] },
  CrossEncoder: { keywords: ['model_name', 'model_name_or_path'], positions: [0] },
  LLM: ENGINE, EngineArgs: ENGINE, AsyncEngineArgs: ENGINE,
  SFTTrainer: TRAINER, DPOTrainer: TRAINER, GRPOTrainer: TRAINER, KTOTrainer: TRAINER, ORPOTrainer: TRAINER, RewardTrainer: TRAINER, PPOTrainer: TRAINER,
};

/** Classes whose `from_pretrained` loads no weights that could be incomplete, or reads them from elsewhere. */
const NO_WEIGHTS = /Token(?:izer|isation)|Processor|FeatureExtractor|Config|Scheduler|Vocab|Template|Dataset/;
/** The same where the class is in a variable, or its object goes into one: `tokenizer_cls.from_pretrained(…)`. */
const NO_WEIGHTS_NAME = /token(?:izer|isation)|processor|feature_?extractor|config(?!ur)|scheduler|vocab|template|dataset/i;
/** Calls that tell somebody something. */
const TELLING = new Set(['print', 'echo', 'log', 'debug', 'info', 'warn', 'warning', 'error', 'exception', 'critical']);
/** Names by which a script shows that its `model` is a service's. */
const SERVICE_NAMES = new Set(['openai', 'OpenAI', 'AsyncOpenAI', 'anthropic', 'Anthropic', 'litellm', 'ChatOpenAI', 'langchain_openai', 'InferenceClient', 'AsyncInferenceClient', 'ollama', 'groq', 'Groq', 'replicate', 'genai', 'dspy', 'cohere', 'together', 'Together']);

/** Finds the texts in Python source that stand where references stand. Comments and docstrings hold none. */
export function findInPython(source: string): Candidate[] {
  return findIn(tokenize(source).tokens);
}

/** The same, with what says that it is no Python. */
export function readPython(source: string): { readonly candidates: readonly Candidate[]; readonly broken: readonly Broken[] } {
  const { tokens, unclosed } = tokenize(source);
  return { candidates: findIn(tokens), broken: unclosed === null ? [] : [allBroken(source, unclosed)] };
}

function findIn(tokens: readonly Token[]): Candidate[] {
  const isService = tokens.some(({ kind, text }) => kind === 'name' && SERVICE_NAMES.has(text));
  const constants = constantsOf(tokens);
  const taken = new Set<Token>();
  const found: Candidate[] = [];
  const add = (candidates: readonly Candidate[], uses: readonly Token[]): void => {
    found.push(...candidates);
    for (const token of uses) taken.add(token);
  };
  const elsewhere = new Map<Token, number>();
  tokens.forEach((token, i) => {
    if (token.kind === 'mark' && token.text === '(') {
      const call = splitArguments(tokens, i, constants);
      if (call === null) return;
      add(fromCall(call, isService), ownStrings(call));
      for (const use of usesForOthers(call)) elsewhere.set(use, (elsewhere.get(use) ?? 0) + 1);
    }
  });
  for (const constant of onlyForOthers(tokens, constants, elsewhere)) taken.add(constant);
  let depth = 0;
  tokens.forEach((token, i) => {
    if (token.kind === 'mark') depth = '([{'.includes(token.text) ? depth + 1 : Math.max(0, depth - (')]}'.includes(token.text) ? 1 : 0));
    // An argument of a call that begins above what is shown may be any call's.
    const isCut = depth === 0 && ',)]}'.includes(tokens[i + 1]?.text || '\n');
    if (token.kind === 'string' && !isCut && !taken.has(token)) found.push(...fromString(tokens, i, isService));
  });
  return found;
}

/** Constants that a call uses for something that is no model. */
function usesForOthers(call: Call): Token[] {
  const isOther = isTokenizers(call) || /dataset/i.test(call.name) || NO_WEIGHTS.test(call.owner);
  return isOther ? call.args.flatMap(({ literal, isConstant }) => (isConstant && literal !== null ? [literal] : [])) : [];
}

/** Constants that are used for nothing else than what `elsewhere` counts: whatever their name, they name no model. */
function onlyForOthers(tokens: readonly Token[], constants: Constants, elsewhere: ReadonlyMap<Token, number>): Token[] {
  if (elsewhere.size === 0) return [];
  const uses = new Map<string, number>();
  tokens.forEach(({ kind, text }, i) => {
    const isKeywordOrTarget = tokens[i + 1]?.text === '=' && tokens[i + 2]?.text !== '=';
    if (kind === 'name' && !isKeywordOrTarget && tokens[i - 1]?.text !== '.') uses.set(text, (uses.get(text) ?? 0) + 1);
  });
  return [...constants].flatMap(([name, token]) => (elsewhere.has(token) && elsewhere.get(token) === uses.get(name) ? [token] : []));
}

/** Whether `from_pretrained` is called for something without weights. */
function isTokenizers({ name, owner, assignedTo }: Call): boolean {
  return name === 'from_pretrained' && (NO_WEIGHTS_NAME.test(owner) || NO_WEIGHTS_NAME.test(assignedTo));
}

/** Texts that were judged with their call, and are not to be judged again on their own. */
function ownStrings(call: Call): Token[] {
  const { name, owner, args } = call;
  const isLoader = Object.hasOwn(LOADERS, name) && !NO_WEIGHTS.test(owner) && !isTokenizers(call);
  const isOther = ['add_argument', 'option', 'field', 'from_pretrained'].includes(name) || TELLING.has(name) || NO_WEIGHTS.test(owner) || /dataset|tokenizer/i.test(name);
  // A constant that a tokenizer is also loaded by still names a model.
  return args.flatMap(({ literal, isConstant }) => (literal !== null && (isLoader || (isOther && !isConstant)) ? [literal] : []));
}

function fromCall(call: Call, isService: boolean): Candidate[] {
  if (call.isDefinition) return [];
  if (call.name === 'add_argument' || call.name === 'option') return fromOption(call, isService);
  if (call.name === 'field') return fromField(call, isService);
  const loader = Object.hasOwn(LOADERS, call.name) ? LOADERS[call.name] : undefined;
  if (loader === undefined || isTokenizers(call)) return [];
  const positional = call.args.filter(({ keyword, isSpread }) => keyword === null && !isSpread);
  const named = call.args.find(({ keyword }) => keyword !== null && loader.keywords.includes(keyword));
  const argument = named ?? loader.positions.map((position) => positional[position]).find((candidate) => candidate?.literal != null);
  const text = argument?.literal ?? null;
  const isWeak = loader.isWeak === true;
  const files = downloaded(call);
  if (text === null || files === null || (isWeak && (isService || call.args.some(({ keyword }) => keyword !== null && isServiceKey(keyword))))) return [];
  const revision = literalOf(call, 'revision');
  const folder = literalOf(call, 'subfolder');
  if (revision === 'unclear' || folder === 'unclear') return [];
  const lines = [text, revision, folder].flatMap((token) => (token === null ? [] : [token.line]));
  const path = [folder?.text ?? null, files.path].filter((part) => part !== null).join('/');
  return [{ text: text.text, kind: 'call', revision: revision?.text ?? null, folder: path === '' ? null : path, lines: [...lines, ...files.lines], isWeak }];
}

/** `parser.add_argument("--model_name_or_path", default="org/name")`, and click's `@click.option(…)` of the same form */
function fromOption({ args }: Call, isService: boolean): Candidate[] {
  const flag = args.find(({ keyword, literal }) => keyword === null && literal?.text.startsWith('--') === true)?.literal?.text ?? '';
  return fromDefault(normaliseKey(flag), args, isService);
}

/** `model_name_or_path: str = field(default="org/name")` in a dataclass */
function fromField({ args, assignedTo }: Call, isService: boolean): Candidate[] {
  return fromDefault(normaliseKey(assignedTo), args, isService);
}

function fromDefault(key: string, args: readonly Argument[], isService: boolean): Candidate[] {
  const literal = args.find(({ keyword }) => keyword === 'default')?.literal ?? null;
  return literal === null ? [] : keyed(key, literal.text, literal.line, isService);
}

/** A text outside the calls above: the value of a name, or an address on its own. */
function fromString(tokens: readonly Token[], i: number, isService: boolean): Candidate[] {
  const token = tokens[i];
  if (token?.kind !== 'string' || !token.isPlain || !standsAlone(tokens, i)) return [];
  const key = normaliseKey(keyOf(tokens, i) ?? '');
  if (isForeign(key)) return [];
  if (/^(?:hf|https?):\/\//i.test(token.text)) {
    // A text that is a statement of its own is a docstring.
    return isLineStart(tokens, i) ? [] : [{ text: token.text, kind: 'link', revision: null, folder: null, lines: [token.line], isWeak: false }];
  }
  // Within a call that is not known, or a definition, `model=` may be anything's.
  if (!isAssignment(tokens, i) && strengthOf(key, []) !== 'strong') return [];
  return keyed(key, token.text, token.line, isService);
}

function keyed(key: string, text: string, line: number, isService: boolean): Candidate[] {
  const strength = strengthOf(key, []);
  if (strength === null || (strength === 'weak' && isService)) return [];
  return [{ text, kind: 'key', revision: null, folder: null, lines: [line], isWeak: strength === 'weak' }];
}

/** Whether the whole value is this one text: no concatenation, no `%`, no method, no index. */
function standsAlone(tokens: readonly Token[], i: number): boolean {
  const [before, after] = [tokens[i - 1], tokens[i + 1]];
  return (before === undefined || before.kind === 'end' || '=:([{,'.includes(before.text)) && (after === undefined || after.kind === 'end' || ')]},'.includes(after.text));
}

/** Whether the text is the value of a statement `name = …`, `name: type = …` or `self.name = …`. */
function isAssignment(tokens: readonly Token[], i: number): boolean {
  if (tokens[i - 1]?.text !== '=') return false;
  return isLineStart(tokens, i - 2) || tokens[i - 3]?.text === '.' || isAnnotated(tokens, i);
}

/** Whether the text is the value of a statement `name: type = …`, with any type (`Optional[str]`, `str | None`). */
function isAnnotated(tokens: readonly Token[], i: number): boolean {
  for (let start = i - 2; start > i - 24; start--) {
    if (tokens[start]?.kind === 'end') return false;
    if (isLineStart(tokens, start)) return tokens[start]?.kind === 'name' && tokens[start + 1]?.text === ':';
  }
  return false;
}

/** The name in `name = "…"`, `name: str = "…"` or `"name": "…"`. */
function keyOf(tokens: readonly Token[], i: number): string | null {
  const [mark, first] = [tokens[i - 1]?.text, tokens[i - 2]];
  if (mark === ':' && first?.kind === 'string') return first.text;
  if (mark !== '=') return null;
  if (isAnnotated(tokens, i)) return assignedName(tokens, i);
  if (first?.kind !== 'name') return null;
  return tokens[i - 3]?.text === ':' && tokens[i - 4]?.kind === 'name' ? (tokens[i - 4]?.text ?? null) : first.text;
}
