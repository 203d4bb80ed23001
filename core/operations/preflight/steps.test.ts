import { expect, it } from 'vitest';
import type { Course } from '../../deployments/course/model.ts';
import { plannedSteps } from './steps.ts';

const settings = {
  ...{ minimumHealthyPercent: 50, maximumPercent: 200, circuitBreaker: true, timeoutSeconds: 600 },
};
const course: Course = {
  strategy: 'canary',
  steps: [{ trafficPercent: 5, forSeconds: 300, approval: true }],
  bakeSeconds: 120,
  gates: {
    approval: { byDeployer: false, at: 'start' },
    windows: [],
    webhooks: [{ name: 'change', url: 'https://example.com', timeoutSeconds: 60 }],
  },
  before: [{ name: 'migrate', command: ['x'], timeoutSeconds: 600 }],
  after: [{ name: 'smoke', command: ['x'], timeoutSeconds: 60 }],
};

const kinds = (given: Partial<Parameters<typeof plannedSteps>[0]>) =>
  plannedSteps({ course, settings, count: 4, isFirst: false, ...given }).map(({ kind }) => kind);

it('a course is told in its order: gates, jobs, steps, all of it, the bake, jobs', () => {
  const balanced = { ...settings, listen: 80 };
  expect(kinds({ settings: balanced })).toEqual([...['gate', 'gate', 'job', 'step', 'move', 'bake', 'job']]);
  expect(kinds({})).toContain('try');
});

it('the first release has nothing to be compared with, so nothing is tried', () => {
  expect(kinds({ isFirst: true })).toEqual(['gate', 'gate', 'job', 'move', 'bake', 'job']);
});

it('without a course it rolls, within its bounds', () => {
  const [step, ...others] = plannedSteps({ course: undefined, settings, count: 4, isFirst: false });
  expect(others).toEqual([]);
  expect(step?.text).toBe(
    '4 tasks replaced, at least 2 and at most 8 at any time, given up when nothing goes on for 10m',
  );
});
