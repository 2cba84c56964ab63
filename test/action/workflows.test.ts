import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import * as v from 'valibot';
import { parse } from 'yaml';
import { readInputs } from '../../src/action/inputs.ts';

const Step = v.object({ id: v.optional(v.string()), if: v.optional(v.string()), uses: v.optional(v.string()), with: v.optional(v.record(v.string(), v.unknown()), {}), run: v.optional(v.string()) });
const Workflow = v.object({ name: v.string(), on: v.unknown(), permissions: v.record(v.string(), v.string()), jobs: v.record(v.string(), v.object({ steps: v.array(Step) })) });
const Action = v.object({
  inputs: v.record(v.string(), v.object({ description: v.string(), default: v.optional(v.string()) })),
  outputs: v.record(v.string(), v.object({ description: v.string() })),
  runs: v.object({ using: v.string(), main: v.string() }),
});

const read = (path: string): string => readFileSync(path, 'utf8');
const action = v.parse(Action, parse(read('action.yml')));
const workflows = readdirSync('docs/workflows').map((name) => ({ name, text: read(`docs/workflows/${name}`), workflow: v.parse(Workflow, parse(read(`docs/workflows/${name}`))) }));
const find = (name: string): v.InferOutput<typeof Workflow> => {
  const found = workflows.find((one) => one.name === name);
  assert.ok(found, name);
  return found.workflow;
};

describe('action.yml', () => {
  it('has the inputs that are read, and defaults that they accept', () => {
    const before = { ...process.env };
    const asked: string[] = [];
    try {
      for (const [name, { default: value = '' }] of Object.entries(action.inputs)) process.env[`INPUT_${name.toUpperCase()}`] = value.startsWith('${{') ? 'token' : value;
      const env = process.env;
      process.env = new Proxy(env, { get: (target, name) => {
        if (typeof name === 'string' && name.startsWith('INPUT_')) asked.push(name.slice('INPUT_'.length).toLowerCase());
        return Reflect.get(target, name);
      } });
      assert.equal(readInputs().comment, 'findings');
    } finally {
      process.env = before;
    }
    assert.deepEqual([...new Set(asked)].sort(), Object.keys(action.inputs).sort());
  });

  it('runs the bundle on Node 24', () => {
    assert.deepEqual(action.runs, { using: 'node24', main: 'dist/action/index.js' });
  });
});

describe('the workflows to paste', () => {
  it('stand in the README as they are tested', () => {
    const blocks = [...read('README.md').matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, block]) => block);
    for (const name of ['pull-request.yml', 'fork-check.yml', 'fork-comment.yml']) assert.ok(blocks.includes(read(`docs/workflows/${name}`)), name);
  });

  it('are all named in the README or the page on pull requests, and no other is', () => {
    const named = [...`${read('README.md')}\n${read('docs/pull-requests.md')}`.matchAll(/\(((?:docs\/)?workflows\/([\w-]+\.yml))\)/g)].map(([, , name]) => name);
    assert.deepEqual([...new Set(named)].sort(), workflows.map(({ name }) => name).sort());
  });

  it('use inputs and outputs that the action has', () => {
    for (const { name, text, workflow } of workflows) {
      const ours = Object.values(workflow.jobs).flatMap(({ steps }) => steps).filter(({ uses }) => uses?.startsWith('headcheck/headcheck@'));
      assert.ok(ours.length > 0, name);
      for (const step of ours) for (const input of Object.keys(step.with)) assert.ok(input in action.inputs, `${name}: ${input}`);
      for (const [, output] of text.matchAll(/steps\.headcheck\.outputs\.([\w-]+)/g)) assert.ok(output && output in action.outputs, `${name}: ${output}`);
    }
  });

  it('keep the report that a comment points to, also where the check fails', () => {
    for (const { name, workflow } of workflows.filter(({ text }) => /pull_request:|issue_comment:/.test(text))) {
      for (const { steps } of Object.values(workflow.jobs)) {
        const upload = steps.find(({ uses }) => uses?.startsWith('actions/upload-artifact@'));
        assert.equal(upload?.with['path'], '${{ steps.headcheck.outputs.report }}', name);
        assert.match(upload?.if ?? '', /!cancelled\(\)/, name);
      }
    }
    assert.equal(new Set(workflows.flatMap(({ text }) => text.match(/actions\/upload-artifact@\S+/g) ?? [])).size, 1);
  });

  it('put nothing of the event into a shell, and check no head out where they may write', () => {
    for (const { name, text, workflow } of workflows) {
      for (const { run = '' } of Object.values(workflow.jobs).flatMap(({ steps }) => steps)) assert.doesNotMatch(run, /\$\{\{/, name);
      assert.doesNotMatch(text, /pull_request_target|head\.(?:sha|ref)/, name);
    }
  });

  it('fit each other for forks: the first may only read, the second posts its report', () => {
    const [first, second] = [find('fork-check.yml'), find('fork-comment.yml')];
    assert.ok(Object.values(first.permissions).every((permission) => permission === 'read'));
    const upload = Object.values(first.jobs).flatMap(({ steps }) => steps).find(({ uses }) => uses?.startsWith('actions/upload-artifact@'));
    const [post] = Object.values(second.jobs).flatMap(({ steps }) => steps);
    assert.equal(upload?.with['name'], post?.with['artifact']);
    assert.deepEqual(second.permissions, { actions: 'read', contents: 'read', 'pull-requests': 'write' });
    assert.deepEqual(second.on, { workflow_run: { workflows: [first.name], types: ['completed'] } });
  });
});
