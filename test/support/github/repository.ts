import { createHash } from 'node:crypto';
import { example } from './description.ts';
import { failure, notFound, paged, records, text, user, type Answer, type Call, type Route } from './route.ts';
import type { Artifact, Asset, CheckRun, Release, WorkflowRun } from './state.ts';

const REPO = '/repos/{owner}/{repo}';
const base = ({ state, api }: Call): string => `${api}/repos/${state.owner}/${state.name}`;

function assetAnswer(call: Call, asset: Asset): unknown {
  return { ...example(`get ${REPO}/releases/assets/{asset_id}`, '200'), id: asset.id, name: asset.name, size: asset.content.byteLength, digest: `sha256:${createHash('sha256').update(asset.content).digest('hex')}`, url: `${base(call)}/releases/assets/${asset.id}` };
}

function releaseAnswer(call: Call, release: Release): Answer {
  const template = example(`get ${REPO}/releases/tags/{tag}`, '200');
  return { status: 200, body: { ...template, id: release.id, tag_name: release.tag, name: release.name, body: release.body, assets: release.assets.map((asset) => assetAnswer(call, asset)) } };
}

function permission(call: Call): Answer {
  const login = call.params['username'] ?? '';
  const granted = call.state.permissions.get(login);
  if (granted === undefined) return notFound();
  const template = example(`get ${REPO}/collaborators/{username}/permission`, '200');
  return { status: 200, body: { ...template, permission: granted, role_name: granted, user: { ...records([user(template['user'], login, 'User')])[0], role_name: granted } } };
}

function checkAnswer(check: CheckRun): unknown {
  const template = example(`post ${REPO}/check-runs`, '201');
  const output = { title: check.title, summary: check.summary, text: null, annotations_count: check.annotations.length, annotations_url: 'https://api.github.com/annotations' };
  return { ...template, id: check.id, name: check.name, head_sha: check.headSha, status: check.status, conclusion: check.conclusion, output };
}

function updateCheck(call: Call, check: CheckRun): CheckRun {
  const output = records([call.body['output']])[0] ?? {};
  check.status = text(call.body, 'status') ?? check.status;
  check.conclusion = text(call.body, 'conclusion') ?? check.conclusion;
  check.title = text(output, 'title') ?? check.title;
  check.summary = text(output, 'summary') ?? check.summary;
  check.annotations.push(...records(output['annotations']));
  return check;
}

function runAnswer(call: Call, run: WorkflowRun): unknown {
  const template = example(`get ${REPO}/actions/runs/{run_id}`, '200');
  const [owner = '', name = ''] = run.headRepository.split('/');
  // Empty for forks, so nobody may rely on it.
  const own = run.headRepository === `${call.state.owner}/${call.state.name}`;
  const pulls = own ? [...call.state.pulls.values()].filter((pull) => pull.headSha === run.headSha) : [];
  const repository = records([template['head_repository']])[0];
  return {
    ...template, id: run.id, head_sha: run.headSha, event: run.event, conclusion: run.conclusion, run_attempt: run.attempt,
    head_repository: { ...repository, name, full_name: run.headRepository, owner: user(repository?.['owner'], owner, 'User') },
    pull_requests: pulls.map((pull) => ({ id: pull.number, number: pull.number, url: `${base(call)}/pulls/${pull.number}`, head: { ref: pull.headRef, sha: pull.headSha, repo: { id: 1, url: base(call), name } }, base: { ref: pull.baseRef, sha: pull.baseSha, repo: { id: 1, url: base(call), name } } })),
  };
}

function artifactAnswer(call: Call, artifact: Artifact): unknown {
  const template = example(`get ${REPO}/actions/artifacts/{artifact_id}`, '200');
  const url = `${base(call)}/actions/artifacts/${artifact.id}`;
  return { ...template, id: artifact.id, name: artifact.name, size_in_bytes: artifact.content.byteLength, expired: artifact.expired, url, archive_download_url: `${url}/zip` };
}

const artifacts = (call: Call): readonly Artifact[] => [...call.state.runs.values()].flatMap((run) => run.artifacts);
const artifactOf = (call: Call): Artifact | undefined => artifacts(call).find((one) => one.id === Number(call.params['artifact_id']));
const releaseBy = (test: (release: Release, call: Call) => boolean) => (call: Call): Release | undefined => call.state.releases.find((release) => test(release, call));
const reading = ['contents:read'];

function download(call: Call): Answer {
  const artifact = artifactOf(call);
  if (!artifact) return notFound();
  if (artifact.expired) return failure(410, 'Artifact has expired');
  return { status: 302, headers: { location: `${call.blobs}/artifact/${artifact.id}?sig=one-minute` } };
}

function assetRoute(call: Call): Answer {
  const asset = call.state.releases.flatMap((release) => release.assets).find((one) => one.id === Number(call.params['asset_id']));
  if (!asset) return notFound();
  if (call.accept.includes('application/octet-stream')) return { status: 302, headers: { location: `${call.blobs}/asset/${asset.id}?sig=signed` } };
  return { status: 200, body: assetAnswer(call, asset) };
}

const found = <T>(value: T | undefined, answer: (value: T) => Answer): Answer => (value === undefined ? notFound() : answer(value));
const byTag = releaseBy((release, call) => release.tag === call.params['tag']);
const byId = releaseBy((release, call) => release.id === Number(call.params['release_id']));

export const repositoryRoutes: Readonly<Record<string, Route>> = {
  [`get ${REPO}`]: { scopes: ['metadata:read'], handle: (call) => ({ status: 200, body: { ...example(`get ${REPO}`, '200'), name: call.state.name, full_name: `${call.state.owner}/${call.state.name}`, default_branch: 'main' } }) },
  [`get ${REPO}/collaborators/{username}/permission`]: { scopes: ['metadata:read'], handle: permission },
  [`get ${REPO}/releases/tags/{tag}`]: { scopes: reading, handle: (call) => found(byTag(call), (release) => releaseAnswer(call, release)) },
  [`get ${REPO}/releases/latest`]: { scopes: reading, handle: (call) => found(call.state.releases.at(-1), (release) => releaseAnswer(call, release)) },
  [`get ${REPO}/releases/{release_id}`]: { scopes: reading, handle: (call) => found(byId(call), (release) => releaseAnswer(call, release)) },
  [`get ${REPO}/releases/{release_id}/assets`]: { scopes: reading, handle: (call) => found(byId(call), (release) => paged(call, `/repos/${call.state.owner}/${call.state.name}/releases/${release.id}/assets`, release.assets.map((asset) => assetAnswer(call, asset)))) },
  [`get ${REPO}/releases/assets/{asset_id}`]: { scopes: reading, handle: assetRoute },
  [`post ${REPO}/check-runs`]: {
    scopes: ['checks:write'],
    handle: (call) => {
      const check: CheckRun = { id: call.state.nextId++, name: text(call.body, 'name') ?? '', headSha: text(call.body, 'head_sha') ?? '', status: 'queued', conclusion: null, title: '', summary: '', annotations: [] };
      call.state.checkRuns.push(updateCheck(call, check));
      return { status: 201, body: checkAnswer(check) };
    },
  },
  [`patch ${REPO}/check-runs/{check_run_id}`]: {
    scopes: ['checks:write'],
    handle: (call) => found(call.state.checkRuns.find((one) => one.id === Number(call.params['check_run_id'])), (check) => ({ status: 200, body: checkAnswer(updateCheck(call, check)) })),
  },
  [`get ${REPO}/actions/runs/{run_id}`]: { scopes: ['actions:read'], handle: (call) => found(call.state.runs.get(Number(call.params['run_id'])), (run) => ({ status: 200, body: runAnswer(call, run) })) },
  [`get ${REPO}/actions/runs/{run_id}/artifacts`]: {
    scopes: ['actions:read'],
    handle: (call) => found(call.state.runs.get(Number(call.params['run_id'])), (run) => {
      const named = call.query.get('name');
      const all = run.artifacts.filter((artifact) => named === null || artifact.name === named);
      return paged(call, `/repos/${call.state.owner}/${call.state.name}/actions/runs/${run.id}/artifacts`, all.map((artifact) => artifactAnswer(call, artifact)), (items) => ({ total_count: all.length, artifacts: items }));
    }),
  },
  [`get ${REPO}/actions/artifacts`]: {
    scopes: ['actions:read'],
    handle: (call) => {
      const named = call.query.get('name');
      const all = artifacts(call).filter((artifact) => named === null || artifact.name === named).toReversed();
      return paged(call, `/repos/${call.state.owner}/${call.state.name}/actions/artifacts`, all.map((artifact) => artifactAnswer(call, artifact)), (items) => ({ total_count: all.length, artifacts: items }));
    },
  },
  [`get ${REPO}/actions/artifacts/{artifact_id}`]: { scopes: ['actions:read'], handle: (call) => found(artifactOf(call), (artifact) => ({ status: 200, body: artifactAnswer(call, artifact) })) },
  [`get ${REPO}/actions/artifacts/{artifact_id}/{archive_format}`]: { scopes: ['actions:read'], handle: download },
};
