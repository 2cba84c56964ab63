import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { annotationsOf } from '../../src/publish/annotations.ts';
import { placeOf } from '../../src/publish/place.ts';
import { checkpoint, finding, reportOf, tied, unreachable } from '../support/reports.ts';

const broken = finding({ rule: 'head-missing', location: { path: 'config.json', line: 3 } });

describe('annotations', () => {
  it('are made of errors and warnings that count, and of what could not be read', () => {
    const waived = { ...broken, waived: { reason: 'agreed', until: null } };
    const note = { ...broken, severity: 'note' } as const;
    const warning = { ...broken, severity: 'warning' } as const;
    const levels = (report: Parameters<typeof annotationsOf>[0]): string[] => annotationsOf(report).map(({ level }) => level);
    assert.deepEqual(levels(reportOf(checkpoint({ findings: [broken, waived, note, warning] }))), ['error', 'warning']);
    assert.deepEqual(levels(reportOf(tied)), []);
    assert.deepEqual(levels(reportOf(unreachable)), ['error']);
    assert.deepEqual(levels({ ...reportOf(), notices: [{ severity: 'warning', message: ['x'], location: null }] }), ['warning']);
  });

  it('stand where the reference was made, else at the file of the repository', () => {
    const place = (more: Parameters<typeof checkpoint>[0]): unknown => placeOf(checkpoint(more), broken);
    assert.deepEqual(place({ reference: 'hf://org/a', origin: { path: 'train.yaml', line: 4 } }), { path: 'train.yaml', line: 4 });
    assert.deepEqual(place({ reference: './out/checkpoint/' }), { path: 'out/checkpoint/config.json', line: 3 });
    assert.deepEqual(place({ reference: 'out/config.json' }), { path: 'out/config.json', line: 3 });
    for (const reference of ['hf://org/a', '/abs/olute', '../outside', '.']) assert.equal(place({ reference }), null, reference);
    assert.deepEqual(placeOf(checkpoint({ reference: 'out' }), finding({ rule: 'x', location: { path: '../../etc/passwd', line: 1 } })), { path: 'out', line: 1 });
  });
});
