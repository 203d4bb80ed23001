import pico from 'picocolors';
import { describe, expect, test } from 'vitest';
import type { DeploymentView } from '../../core/contract/views.ts';
import { adviceFor, createStory } from './story.ts';

const plain = pico.createColors(false);
const at = (seconds: number) => Date.parse('2026-01-01T00:00:00Z') + seconds * 1000;
const iso = (seconds: number) => new Date(at(seconds)).toISOString();

const steps = (now: number) =>
  [5, 25].map((trafficPercent, place) => ({
    ...{ trafficPercent, forSeconds: 60 },
    state: place < now ? ('done' as const) : place === now ? ('now' as const) : ('next' as const),
  }));

const base: DeploymentView = {
  id: 'dep_01J0000000000000000000000A',
  environment: 'local',
  service: 'shop-web',
  app: 'shop',
  name: 'web',
  kind: 'release',
  phase: 'gated',
  release: 13,
  before: 12,
  course: { strategy: 'canary', steps: steps(-1), bakeSeconds: 0, isJudged: true },
  jobs: [{ name: 'migrate', when: 'before', state: 'next' }],
  actor: 'ann',
  requestedAt: iso(0),
};

const judgement = (verdict: 'worse' | 'not_worse' | 'undecided', text: string) => ({
  ...{ verdict, text, bounds: [], intervals: 3, dryRun: false },
  foreseen: ['a doubled error rate in about 13 minutes'],
});

/** What is told of each look, in turn. */
function told(...looks: readonly (readonly [seconds: number, view: DeploymentView])[]): string[] {
  const story = createStory(plain);
  return looks.flatMap(([seconds, view]) => story.tell(view, at(seconds)));
}

const step = (now: number, since: number, more: Partial<DeploymentView> = {}): DeploymentView => ({
  ...base,
  phase: 'moving',
  jobs: [{ name: 'migrate', when: 'before', state: 'succeeded', reason: 'exit code 0', endedAt: iso(32) }],
  course: {
    ...base.course!,
    steps: steps(now),
    step: now,
    since: iso(since),
    percent: steps(now)[now]?.trafficPercent ?? 100,
  },
  ...more,
});

describe('the story of a deployment', () => {
  test('goes from gate to job to step to the end, each with its time and the judge’s words', () => {
    const waits = { code: 'approval', text: 'waits for approval by somebody other than ann' };
    const running = [{ name: 'migrate', when: 'before' as const, state: 'running' as const }];
    const good = judgement('not_worse', 'errors 0.9× (at most 1.3×, 99 % sure)');
    const bad = judgement('worse', '31 errors in 1,204 requests where v12 had 9 in 3,611');
    const lines = told(
      [0, { ...base, waits }],
      [10, { ...base, waits }],
      [20, { ...base, phase: 'running_before', jobs: running, approvals: [{ actor: 'bob' }] }],
      [33, step(0, 33, { judgement: judgement('undecided', 'too early') })],
      [60, step(0, 33, { judgement: good })],
      [283, step(1, 283, { judgement: good })],
      [
        321,
        step(1, 283, {
          phase: 'rolling_back',
          judgement: bad,
          cause: { code: 'judge', text: `v13 was given up: ${bad.text}` },
        }),
      ],
      [323, step(1, 283, { phase: 'ended', verdict: 'rolled_back', cause: { code: 'judge', text: 'x' } })],
    );
    expect(lines).toEqual([
      'shop-web v12 → v13 · canary, judged against v12',
      '  … waits for approval by somebody other than ann',
      '    berth approve dep_01J0000000000000000000000A',
      '  ✔ gates              20 s       approved by bob',
      '  ✔ migrate            12 s',
      '  judge: a doubled error rate in about 13 minutes',
      '  ✔  5 %               4 m 10 s   not worse: errors 0.9× (at most 1.3×, 99 % sure)',
      '  ✖ 25 %               38 s       v13 was given up: 31 errors in 1,204 requests where v12 had 9 in 3,611',
    ]);
  });

  test('steps that went by between two looks are told, too', () => {
    const lines = told([0, step(0, 0)], [200, { ...step(2, 0), phase: 'ended', verdict: 'succeeded' }]);
    expect(lines.slice(-2)).toEqual(['  ✔  5 %               3 m 20 s', '  ✔ 25 %']);
  });

  test('a job that fails is told with why', () => {
    const failed = {
      name: 'migrate',
      when: 'before' as const,
      state: 'failed' as const,
      reason: 'exit code 1',
      endedAt: iso(5),
    };
    const lines = told([0, base], [6, { ...base, phase: 'closing', jobs: [failed] }]);
    expect(lines.at(-1)).toBe('  ✖ migrate            5.0 s      failed: exit code 1');
  });

  test('of one that rolls and waits for nobody is none: its progress says it all', () => {
    const { course: _, jobs: __, ...plainOne } = base;
    expect(
      told([0, { ...plainOne, phase: 'moving' }], [3, { ...plainOne, phase: 'ended', verdict: 'succeeded' }]),
    ).toEqual([]);
  });

  test('lets nothing disturb the terminal', () => {
    const evil = '\u001b[2J\u202e';
    const lines = told([0, { ...base, waits: { code: 'locked', text: `frozen by ${evil}` } }]);
    expect(lines.join('')).not.toMatch(/[\p{Cc}\u202e]/u);
  });
});

test.each([
  ['approval', ['berth approve dep_01J0000000000000000000000A']],
  ['paused', ['berth resume dep_01J0000000000000000000000A']],
  [
    'undecided',
    ['berth approve dep_01J0000000000000000000000A, or berth abort dep_01J0000000000000000000000A'],
  ],
  ['window', []],
])('what waits for %s tells what a person may do', (code, advice) => {
  expect(adviceFor({ ...base, waits: { code, text: 'it waits' } })).toEqual(advice);
});
