// Cuts out of GitHub's published descriptions what Headcheck uses, for the fake GitHub of the tests, which validates
// every request and every answer by it:
// - of the OpenAPI description (npm's @octokit/openapi, 385 MB unpacked: too much to depend on) the operations below,
//   as plain JSON Schema with the description's own example answers → test/support/github/openapi.json
// - of the GraphQL schema (npm's @octokit/graphql-schema) the types and fields below → test/support/github/schema.graphql
// Run `node scripts/openapi.mjs` after adding to either list.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, print, visit } from 'graphql';

const operations = [
  'get /repos/{owner}/{repo}',
  'get /repos/{owner}/{repo}/pulls',
  'get /repos/{owner}/{repo}/pulls/{pull_number}',
  'get /repos/{owner}/{repo}/pulls/{pull_number}/files',
  'get /repos/{owner}/{repo}/commits/{commit_sha}/pulls',
  'get /repos/{owner}/{repo}/commits/{ref}',
  'get /repos/{owner}/{repo}/issues/{issue_number}/comments',
  'post /repos/{owner}/{repo}/issues/{issue_number}/comments',
  'patch /repos/{owner}/{repo}/issues/comments/{comment_id}',
  'delete /repos/{owner}/{repo}/issues/comments/{comment_id}',
  'post /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions',
  'get /repos/{owner}/{repo}/pulls/{pull_number}/reviews',
  'post /repos/{owner}/{repo}/pulls/{pull_number}/reviews',
  'put /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}',
  'put /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/dismissals',
  'get /repos/{owner}/{repo}/pulls/{pull_number}/comments',
  'post /repos/{owner}/{repo}/pulls/{pull_number}/comments',
  'patch /repos/{owner}/{repo}/pulls/comments/{comment_id}',
  'get /repos/{owner}/{repo}/collaborators/{username}/permission',
  'post /repos/{owner}/{repo}/check-runs',
  'patch /repos/{owner}/{repo}/check-runs/{check_run_id}',
  'get /repos/{owner}/{repo}/contents/{path}',
  'get /repos/{owner}/{repo}/compare/{basehead}',
  'get /repos/{owner}/{repo}/git/ref/{ref}',
  'get /repos/{owner}/{repo}/git/trees/{tree_sha}',
  'get /repos/{owner}/{repo}/git/blobs/{file_sha}',
  'get /repos/{owner}/{repo}/releases/latest',
  'get /repos/{owner}/{repo}/releases/tags/{tag}',
  'get /repos/{owner}/{repo}/releases/{release_id}',
  'get /repos/{owner}/{repo}/releases/{release_id}/assets',
  'get /repos/{owner}/{repo}/releases/assets/{asset_id}',
  'get /repos/{owner}/{repo}/actions/runs/{run_id}',
  'get /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts',
  'get /repos/{owner}/{repo}/actions/artifacts',
  'get /repos/{owner}/{repo}/actions/artifacts/{artifact_id}',
  'get /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}',
];

const types = {
  Query: ['viewer', 'repository'],
  User: ['login'],
  Repository: ['pullRequest', 'object'],
  GitObject: ['oid'],
  Blob: ['oid', 'byteSize', 'isBinary', 'isTruncated', 'text'],
  GitObjectID: null,
  PullRequest: ['reviewThreads'],
  PullRequestReviewThreadConnection: ['nodes', 'pageInfo'],
  PullRequestReviewThread: ['id', 'isResolved', 'isOutdated', 'comments', 'path', 'line'],
  PullRequestReviewCommentConnection: ['nodes', 'totalCount', 'pageInfo'],
  PullRequestReviewComment: ['id', 'body', 'isMinimized', 'minimizedReason', 'author', 'fullDatabaseId'],
  PullRequestReview: ['isMinimized', 'minimizedReason'],
  Actor: ['login'],
  Bot: ['login'],
  PageInfo: ['endCursor', 'hasNextPage'],
  Mutation: ['minimizeComment'],
  MinimizeCommentInput: null,
  MinimizeCommentPayload: ['minimizedComment'],
  Minimizable: ['isMinimized', 'minimizedReason'],
  ReportedContentClassifiers: null,
  BigInt: null,
};

const folder = fileURLToPath(new URL('../test/support/github/', import.meta.url));
const source = fetched('@octokit/openapi', 'generated/api.github.com.json', JSON.parse);
const used = new Map();
const out = { version: source.version, operations: {}, schemas: {} };
for (const operation of operations) {
  const [method, path] = operation.split(' ');
  const described = source.document.paths[path]?.[method];
  if (!described) throw new Error(`${operation} is not in the description`);
  out.operations[operation] = trimOperation(described);
}
for (const [name, schema] of [...used].sort(([a], [b]) => (a < b ? -1 : 1))) out.schemas[name] = schema;
writeFileSync(join(folder, 'openapi.json'), `${JSON.stringify(out)}\n`);
const schema = fetched('@octokit/graphql-schema', 'schema.graphql', parse);
writeFileSync(join(folder, 'schema.graphql'), `# Cut out of @octokit/graphql-schema ${schema.version} by scripts/openapi.mjs.\n${print(trimSchema(schema.document))}\n`);
console.log(`${operations.length} operations and ${used.size} schemas of @octokit/openapi ${out.version}, ${Object.keys(types).length} types of @octokit/graphql-schema ${schema.version}`);

function fetched(name, file, read) {
  const directory = mkdtempSync(join(tmpdir(), 'headcheck-openapi-'));
  try {
    const [packed] = JSON.parse(execFileSync('npm', ['pack', name, '--json', '--pack-destination', directory], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    execFileSync('tar', ['xzf', join(directory, packed.filename), '-C', directory, `package/${file}`]);
    return { version: packed.version, document: read(readFileSync(join(directory, 'package', file), 'utf8')) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function trimSchema(document) {
  const kept = document.definitions.filter((definition) => definition.name?.value in types).map((definition) => {
    const fields = types[definition.name.value];
    const interfaces = definition.interfaces?.filter(({ name }) => name.value in types);
    return { ...definition, ...(interfaces ? { interfaces } : {}), ...(fields && definition.fields ? { fields: definition.fields.filter(({ name }) => fields.includes(name.value)) } : {}) };
  });
  return visit({ ...document, definitions: kept }, {
    Directive: () => null,
    enter: (node) => (node.description ? { ...node, description: undefined } : undefined),
  });
}

function trimOperation(operation) {
  const parameters = (operation.parameters ?? []).map(resolve).map(({ name, in: where, required = false, schema }) => ({ name, in: where, required, schema: convert(schema, false) }));
  const body = operation.requestBody ? resolve(operation.requestBody) : null;
  const bodySchema = body?.content?.['application/json']?.schema;
  const responses = {};
  for (const [status, response] of Object.entries(operation.responses)) responses[status] = trimResponse(resolve(response));
  return { operationId: operation.operationId, parameters, body: bodySchema ? { required: body.required ?? false, schema: convert(bodySchema, true) } : null, responses };
}

function trimResponse(response) {
  const json = response.content?.['application/json'];
  if (!json) return { schema: null };
  const first = Object.values(json.examples ?? {})[0];
  const example = first ? resolve(first).value : undefined;
  return { schema: convert(json.schema, false), ...(example === undefined ? {} : { example }) };
}

function resolve(node) {
  if (!node.$ref) return node;
  return node.$ref.slice(2).split('/').reduce((at, key) => at[key], source.document);
}

/** OpenAPI 3.0 → JSON Schema: `nullable` becomes a type, words for people go. A request (`strict`) may hold no property the description lacks. */
function convert(schema, strict) {
  if (schema.$ref) {
    const name = schema.$ref.split('/').at(-1);
    const key = strict ? `${name}:strict` : name;
    if (!used.has(key)) {
      used.set(key, null);
      used.set(key, convert(resolve(schema), strict));
    }
    return { $ref: `#/schemas/${key}` };
  }
  const { nullable, ...rest } = schema;
  const result = {};
  for (const [key, value] of Object.entries(rest)) {
    if (['description', 'example', 'examples', 'default', 'title', 'deprecated', 'externalDocs', 'readOnly', 'discriminator', 'xml'].includes(key) || key.startsWith('x-')) continue;
    result[key] = convertKeyword(key, value, strict);
  }
  if (strict && result.properties && result.additionalProperties === undefined) result.additionalProperties = false;
  if (nullable && result.enum && !result.enum.includes(null)) result.enum = [...result.enum, null];
  if (nullable && typeof result.type === 'string') return { ...result, type: [result.type, 'null'] };
  return nullable ? { anyOf: [result, { type: 'null' }] } : result;
}

function convertKeyword(key, value, strict) {
  // A strict object inside allOf/anyOf would forbid what its siblings allow.
  if (['allOf', 'anyOf', 'oneOf'].includes(key)) return value.map((one) => convert(one, strict && key !== 'allOf' && !one.required?.length));
  if (key === 'properties') return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, convert(one, strict)]));
  if (['items', 'additionalProperties', 'not'].includes(key) && typeof value === 'object') return convert(value, strict);
  return value;
}
