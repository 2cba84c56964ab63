import { createHash } from 'node:crypto';
import { example } from './description.ts';
import { notFound, records, type Answer, type Call, type Route } from './route.ts';

const REPO = '/repos/{owner}/{repo}';
const reading = ['contents:read'];

/** Files of a commit, or of the commit that a branch is at. */
export function filesAt({ state }: Call, ref: string): ReadonlyMap<string, string | Uint8Array> | undefined {
  return state.files.get(ref) ?? state.files.get(state.refs.get(`heads/${ref}`) ?? '');
}

function blobSha(content: string | Uint8Array): string {
  const bytes = Buffer.from(content);
  return createHash('sha1').update(`blob ${bytes.byteLength}\0`).update(bytes).digest('hex');
}

function contents(call: Call): Answer {
  const path = call.params['path'] ?? '';
  const content = filesAt(call, call.query.get('ref') ?? 'main')?.get(path);
  if (content === undefined) return notFound();
  const bytes = Buffer.from(content);
  if (call.accept.includes('raw')) return { status: 200, raw: bytes, headers: { 'content-type': 'application/vnd.github.raw+json; charset=utf-8' } };
  const template = example(`get ${REPO}/contents/{path}`, '200');
  return { status: 200, body: { ...template, type: 'file', encoding: 'base64', path, name: path.split('/').at(-1), size: bytes.byteLength, content: bytes.toString('base64') } };
}

function treeSha(commit: string, folder: string): string {
  return createHash('sha1').update(`tree ${commit} ${folder}`).digest('hex');
}

/** The commit and the folder that a tree's hash (or a commit's own) stands for. */
function placeOfTree({ state }: Call, sha: string): { commit: string; folder: string } | undefined {
  if (state.files.has(sha)) return { commit: sha, folder: '' };
  for (const [commit, files] of state.files) {
    const folders = new Set(['', ...[...files.keys()].flatMap((path) => path.split('/').slice(0, -1).map((_, i, parts) => `${parts.slice(0, i + 1).join('/')}/`))]);
    for (const folder of folders) if (treeSha(commit, folder) === sha) return { commit, folder };
  }
  return undefined;
}

function tree(call: Call): Answer {
  const sha = call.params['tree_sha'] ?? '';
  const place = placeOfTree(call, sha);
  const files = place && call.state.files.get(place.commit);
  if (!place || !files) return notFound();
  const recursive = call.query.get('recursive') !== null;
  const entries = new Map<string, unknown>();
  for (const [path, content] of files) {
    if (!path.startsWith(place.folder)) continue;
    const inner = path.slice(place.folder.length);
    const parts = inner.split('/');
    for (let i = 1; i < parts.length && (recursive || i === 1); i++) {
      const folder = parts.slice(0, i).join('/');
      entries.set(folder, { path: folder, mode: '040000', type: 'tree', sha: treeSha(place.commit, `${place.folder}${folder}/`), url: `${call.api}/tree` });
    }
    if (recursive || parts.length === 1) entries.set(inner, { path: inner, mode: '100644', type: 'blob', size: Buffer.from(content).byteLength, sha: blobSha(content), url: `${call.api}/blob` });
  }
  return { status: 200, body: { ...example(`get ${REPO}/git/trees/{tree_sha}`, '200'), sha, tree: [...entries.values()], truncated: false } };
}

function commit(call: Call): Answer {
  const wanted = call.params['ref'] ?? '';
  const sha = call.state.files.has(wanted) ? wanted : call.state.refs.get(`heads/${wanted}`);
  if (sha === undefined || !call.state.files.has(sha)) return notFound();
  const template = example(`get ${REPO}/commits/{ref}`, '200');
  const inner = records([template['commit']])[0];
  return { status: 200, body: { ...template, sha, files: [], commit: { ...inner, tree: { ...records([inner?.['tree']])[0], sha: treeSha(sha, '') } } } };
}

function blob(call: Call): Answer {
  const all = [...call.state.files.values()].flatMap((files) => [...files.values()]);
  const content = all.find((one) => blobSha(one) === call.params['file_sha']);
  if (content === undefined) return notFound();
  const bytes = Buffer.from(content);
  if (call.accept.includes('raw')) return { status: 200, raw: bytes, headers: { 'content-type': 'application/vnd.github.raw+json; charset=utf-8' } };
  return { status: 200, body: { ...example(`get ${REPO}/git/blobs/{file_sha}`, '200'), content: bytes.toString('base64'), size: bytes.byteLength } };
}

function isKnown({ state }: Call, commit: string): boolean {
  return state.files.has(commit) || state.parents.has(commit) || [...state.parents.values()].includes(commit);
}

/** How the second commit lies to the first, in GitHub's words. */
function relation({ state }: Call, from: string, to: string): string {
  const isBelow = (old: string, young: string): boolean => {
    for (let at: string | undefined = young; at !== undefined; at = state.parents.get(at)) if (at === old) return true;
    return false;
  };
  if (from === to) return 'identical';
  return isBelow(from, to) ? 'ahead' : isBelow(to, from) ? 'behind' : 'diverged';
}

function compare(call: Call): Answer {
  const [from = '', to = ''] = (call.params['basehead'] ?? '').split('...');
  const files = call.state.comparisons.get(`${from}...${to}`) ?? (isKnown(call, from) && isKnown(call, to) ? [] : undefined);
  if (!files) return notFound();
  const template = example(`get ${REPO}/compare/{basehead}`, '200');
  const mergeBase = { ...records([template['merge_base_commit']])[0], sha: from };
  const { patch: _, ...file } = records(template['files'])[0] ?? {};
  return { status: 200, body: { ...template, status: relation(call, from, to), merge_base_commit: mergeBase, files: files.map((one) => ({ ...file, ...one })) } };
}

function ref(call: Call): Answer {
  const sha = call.state.refs.get(call.params['ref'] ?? '');
  if (sha === undefined) return notFound();
  const template = example(`get ${REPO}/git/ref/{ref}`, '200');
  return { status: 200, body: { ...template, ref: `refs/${call.params['ref']}`, object: { ...records([template['object']])[0], sha } } };
}

export const gitRoutes: Readonly<Record<string, Route>> = {
  [`get ${REPO}/contents/{path}`]: { scopes: reading, handle: contents },
  [`get ${REPO}/git/trees/{tree_sha}`]: { scopes: reading, handle: tree },
  [`get ${REPO}/commits/{ref}`]: { scopes: reading, handle: commit },
  [`get ${REPO}/git/blobs/{file_sha}`]: { scopes: reading, handle: blob },
  [`get ${REPO}/git/ref/{ref}`]: { scopes: reading, handle: ref },
  [`get ${REPO}/compare/{basehead}`]: { scopes: reading, handle: compare },
};
