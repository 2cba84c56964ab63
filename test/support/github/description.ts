import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';

interface Parameter { readonly name: string; readonly in: string; readonly required: boolean; readonly schema: object }
interface Operation {
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly body: { readonly required: boolean; readonly schema: object } | null;
  readonly responses: Readonly<Record<string, { readonly schema: object | null; readonly example?: unknown }>>;
}
interface Cut { readonly version: string; readonly operations: Readonly<Record<string, Operation>>; readonly schemas: Readonly<Record<string, object>> }

const cut: Cut = JSON.parse(readFileSync('test/support/github/openapi.json', 'utf8'));
// Formats (`uri`, `date-time`) are left out: GitHub's own examples break some of them.
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true, coerceTypes: false });
ajv.addSchema({ $id: 'github', schemas: cut.schemas });
const compiled = new Map<object, ValidateFunction>();

function errorsOf(schema: object, value: unknown): readonly string[] {
  let validate = compiled.get(schema);
  if (validate === undefined) {
    validate = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/schemas/', '"github#/schemas/')));
    compiled.set(schema, validate);
  }
  if (validate(value)) return [];
  return (validate.errors ?? []).map((error) => `${error.instancePath || '(root)'} ${error.message ?? ''} ${JSON.stringify(error.params)}`);
}

export interface Match { readonly name: string; readonly operation: Operation; readonly params: Readonly<Record<string, string>> }

/** Paths with `{path}` and `{ref}` may hold slashes; all others are one segment. */
const patterns = Object.keys(cut.operations).map((name) => {
  const [method = '', path = ''] = name.split(' ');
  const source = path.replace(/\{(\w+)\}/g, (_, key: string) => `(?<${key}>${key === 'path' || key === 'ref' ? '.+' : '[^/]+'})`);
  return { name, method, expression: new RegExp(`^${source}$`) };
});

/** The described operation that a request is, or null where the description (or our cut of it) has none. */
export function matchOperation(method: string, path: string): Match | null {
  for (const pattern of patterns) {
    const found = pattern.method === method.toLowerCase() ? pattern.expression.exec(path) : null;
    const operation = cut.operations[pattern.name];
    if (!found || !operation) continue;
    const params = Object.fromEntries(Object.entries(found.groups ?? {}).map(([key, value]) => [key, decodeURIComponent(value)]));
    return { name: pattern.name, operation, params };
  }
  return null;
}

/** What in a request the description does not allow. */
export function requestViolations({ operation, params }: Match, query: URLSearchParams, body: unknown): readonly string[] {
  const found: string[] = [];
  const described = new Map(operation.parameters.map((parameter) => [`${parameter.in}:${parameter.name}`, parameter]));
  for (const [where, values] of [['path', Object.entries(params)], ['query', [...query]]] as const) {
    for (const [name, value] of values) {
      const parameter = described.get(`${where}:${name}`);
      if (!parameter) found.push(`${where} parameter ${name} is not described`);
      else found.push(...errorsOf(parameter.schema, typed(parameter.schema, value)).map((error) => `${where} parameter ${name}: ${error}`));
    }
  }
  if (operation.body && (body !== undefined || operation.body.required)) found.push(...errorsOf(operation.body.schema, body).map((error) => `body: ${error}`));
  if (!operation.body && body !== undefined) found.push('body: none is described');
  return found;
}

/** What in an answer the description does not allow. Failures that every operation shares (401, 5xx) need only a message. */
export function answerViolations({ operation }: Match, status: number, body: unknown): readonly string[] {
  const described = operation.responses[String(status)];
  if (described?.schema) return errorsOf(described.schema, body).map((error) => `answer ${status}: ${error}`);
  if (described) return [];
  if ([401, 403, 404, 429].includes(status) || status >= 500) return errorsOf({ $ref: '#/schemas/basic-error' }, body).map((error) => `answer ${status}: ${error}`);
  return [`answer ${status} is not described`];
}

/** The description's own example of an answer, to be filled with the fake's state; a fresh copy each time. */
export function example(name: string, status: string): Record<string, unknown> {
  const value: unknown = structuredClone(cut.operations[name]?.responses[status]?.example);
  const one: unknown = Array.isArray(value) ? value[0] : value;
  if (!isRecord(one)) throw new Error(`the description has no example for ${name} ${status}`);
  return one;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A parameter of a URL is text; the schema says what it means. */
function typed(schema: object, value: string): unknown {
  const integer = 'type' in schema && schema.type === 'integer';
  const either = 'oneOf' in schema || 'anyOf' in schema;
  return (integer || either) && /^-?\d+$/.test(value) ? Number(value) : value;
}
