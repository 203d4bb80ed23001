import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TrafficShift } from '../services/model.ts';
import { contentHash, toDesired } from './desired.ts';
import { parseManifest } from './manifest.ts';

const jobs = {
  migrate: { command: 'node migrate.mjs', timeout: '5m' },
  smoke: { command: ['node', 'smoke.mjs'] },
};
const balanced = { image: 'acme/shop:1', port: 8080 };
const worker = { image: 'acme/shop:1' };
const manifestOf = (service: object, deploy: object) => ({
  ...{ app: 'shop', jobs },
  services: { web: { ...service, deploy } },
});

function desired(deploy: object, service: object = balanced) {
  const parsed = parseManifest(manifestOf(service, deploy));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  const { services, jobs: described } = parsed.value;
  return toDesired(services.web!, { local: false }, described);
}

const faults = (deploy: object, service: object = balanced) => {
  const parsed = parseManifest(manifestOf(service, deploy));
  return parsed.ok
    ? []
    : parsed.errors.map(({ path, detail }) => `${path.replace('/services/web/deploy', '')}: ${detail}`);
};

describe('what a strategy is without another word', () => {
  it('a canary has two steps, is judged by errors and traffic, and bakes', () => {
    const { course, settings } = desired({ strategy: 'canary' });
    expect(course).toEqual({
      strategy: 'canary',
      steps: [
        { trafficPercent: 5, forSeconds: 300 },
        { trafficPercent: 25, forSeconds: 600 },
      ],
      bakeSeconds: 300,
      judge: {
        settings: {
          falseAlarms: 0.01,
          errors: { atMostRatio: 1.5, atMostShare: 0.01 },
          metrics: [],
          exits: false,
          traffic: true,
        },
        source: { type: 'load_balancer' },
        metrics: {},
        dryRun: false,
        promoteEarly: false,
        extendSeconds: 1800,
        undecided: 'pause',
        noData: 'pause',
        baselineTasks: 0,
      },
      gates: { windows: [], webhooks: [] },
      before: [],
      after: [],
    });
    expect(settings.shift).toEqual({ strategy: 'LINEAR', stepPercent: 5 });
  });

  it('a worker has the same block, tells itself how it does, and is judged by its exits too', () => {
    const { course, settings } = desired({ strategy: 'canary' }, worker);
    expect(course.steps).toHaveLength(2);
    expect(course.judge).toMatchObject({
      source: { type: 'metrics', namespace: 'Berth' },
      settings: { exits: true },
    });
    expect(settings).not.toHaveProperty('shift');
  });

  it('linear goes by tenths, six minutes each', () => {
    const { course, settings } = desired({ strategy: 'linear' });
    expect(course.steps.map(({ trafficPercent }) => trafficPercent)).toEqual([
      10, 20, 30, 40, 50, 60, 70, 80, 90,
    ]);
    expect(course.steps.every(({ forSeconds }) => forSeconds === 360)).toBe(true);
    expect(course.judge).toBeDefined();
    expect(settings.shift).toEqual({ strategy: 'LINEAR', stepPercent: 10 });
  });

  it('blue/green and rolling go in one step and are not judged; only the first keeps the old release warm', () => {
    expect(desired({ strategy: 'blue_green' })).toMatchObject({
      settings: { shift: { strategy: 'BLUE_GREEN' } },
      course: { steps: [], bakeSeconds: 300 },
    });
    const { course, settings } = desired({});
    expect(course).toMatchObject({ strategy: 'rolling', steps: [], bakeSeconds: 0 });
    expect(course).not.toHaveProperty('judge');
    expect(settings).not.toHaveProperty('shift');
  });
});

describe('a deploy block', () => {
  it('says everything in units that people write', () => {
    const { course, settings } = desired({
      strategy: 'canary',
      steps: [{ traffic: 0.1, for: '90s' }],
      bake: '1h',
      judge: {
        errors: { atMost: '2x', share: '0.5%' },
        latency: { 'p99.9': { atMost: 1.2 } },
        metrics: {
          queueAge: {
            ...{ namespace: 'Shop', metric: 'QueueAge', statistic: 'p90' },
            ...{ dimensions: { Queue: 'orders' }, atMost: '1.2×' },
          },
        },
        exits: true,
        ...{ from: 'metrics', namespace: 'Shop/Web', falseAlarms: '0.1%', promoteEarly: true },
        ...{ dryRun: true, extend: 0, undecided: 'proceed', noData: 'roll_back', baseline: 4 },
      },
      gates: {
        approval: { by: 'anyone', at: 'traffic' },
        windows: [{ days: 'fri-mon', from: '22:00', to: '06:00', zone: 'Europe/Berlin' }],
        webhooks: [{ name: 'ready', url: 'https://ci.example/ready', timeout: '2h' }],
      },
      before: ['migrate'],
      after: ['smoke'],
    });
    expect(course).toMatchObject({
      steps: [{ trafficPercent: 0.1, forSeconds: 90 }],
      bakeSeconds: 3600,
      judge: {
        settings: {
          falseAlarms: 0.001,
          errors: { atMostRatio: 2, atMostShare: 0.005 },
          latency: { percentile: 99.9, atMostRatio: 1.2 },
          metrics: [{ name: 'queueAge', worse: 'higher', atMostRatio: 1.2 }],
          exits: true,
          traffic: true,
        },
        source: { type: 'metrics', namespace: 'Shop/Web' },
        metrics: {
          queueAge: {
            namespace: 'Shop',
            metric: 'QueueAge',
            statistic: 'p90',
            dimensions: { Queue: 'orders' },
          },
        },
        ...{ dryRun: true, promoteEarly: true, extendSeconds: 0, undecided: 'proceed', noData: 'roll_back' },
        baselineTasks: 4,
      },
      gates: {
        approval: { byDeployer: true, at: 'traffic' },
        windows: [
          { days: ['mon', 'fri', 'sat', 'sun'], fromMinute: 1320, toMinute: 360, zone: 'Europe/Berlin' },
        ],
        webhooks: [{ name: 'ready', url: 'https://ci.example/ready', timeoutSeconds: 7200 }],
      },
      before: [{ name: 'migrate', command: ['node', 'migrate.mjs'], timeoutSeconds: 300 }],
      after: [{ name: 'smoke', command: ['node', 'smoke.mjs'], timeoutSeconds: 600 }],
    });
    expect(settings.shift).toEqual({ strategy: 'CANARY', canaryPercent: 0.1, pause: true });
  });

  it('is no part of the release', () => {
    const hashes = [{}, { strategy: 'canary' }, { strategy: 'linear', before: ['migrate'] }].map((deploy) =>
      contentHash(desired(deploy).spec),
    );
    expect(new Set(hashes).size).toBe(1);
  });

  it('`approval: true` is that of somebody else, before anything moves', () => {
    expect(desired({ gates: { approval: true } }).course.gates.approval).toEqual({
      byDeployer: false,
      at: 'start',
    });
    expect(desired({ gates: { approval: false } }).course.gates).not.toHaveProperty('approval');
  });

  it('fresh tasks of the old release stand beside the new ones where something is judged task by task', () => {
    const latency = { p95: { atMost: '1.2x' } };
    const fresh = (deploy: object, service?: object) =>
      desired({ strategy: 'canary', ...deploy }, service).course.judge?.baselineTasks;
    expect(fresh({ judge: { latency } }, worker)).toBe(8);
    expect(fresh({ judge: { latency } }, { ...worker, count: 4 })).toBe(0);
    expect(fresh({ judge: { latency } }, { ...worker, count: 16 })).toBe(8);
    expect(fresh({ judge: { latency } })).toBe(0);
    expect(fresh({ judge: true })).toBe(0);
    expect(fresh({ judge: false })).toBeUndefined();
  });
});

describe('a deploy block that cannot be', () => {
  const step = (traffic: number | string) => ({ traffic, for: '5m' });
  const canary = (more: object) => ({ strategy: 'canary', ...more });
  const judged = (judge: object) => canary({ judge });
  const gated = (gates: object) => ({ gates });
  const open = { from: '09:00', to: '16:00' };
  const metric = { namespace: 'Shop', metric: 'Age', atMost: '2x' };

  it.each<[string, object, RegExp, object?]>([
    [
      'steps that fall',
      canary({ steps: [step(25), step(5)] }),
      /^\/steps\/1\/traffic: has to be more than the 25%/,
    ],
    [
      'steps that stay',
      canary({ steps: [step(5), step(5)] }),
      /^\/steps\/1\/traffic: has to be more than the 5%/,
    ],
    [
      'a step to all',
      canary({ steps: [step('100%')] }),
      /^\/steps\/0\/traffic: has to be a share between 0.1% and 99.9%/,
    ],
    ['a step to nothing', canary({ steps: [step(0)] }), /^\/steps\/0\/traffic: has to be a share/],
    ['a step finer than ECS', canary({ steps: [step('5.05%')] }), /^\/steps\/0\/traffic: has to be a share/],
    ['a share in words', canary({ steps: [step('a little')] }), /it is "a little"/],
    ['no steps at all', canary({ steps: [] }), /^\/steps: is empty: leave it out/],
    [
      'a hundred and one steps',
      canary({ steps: Array.from({ length: 101 }, (_, n) => step((n + 1) / 10)) }),
      /^\/steps: may be at most 100/,
      worker,
    ],
    ['a step without time', canary({ steps: [{ traffic: 5 }] }), /^\/steps\/0\/for: has to be a duration/],
    [
      'steps that ECS cannot make',
      canary({ steps: [step(1), step(10)] }),
      /^\/steps: cannot be made of equal steps: .* at least 3% .* 1%, 10% is 1%/,
    ],
    [
      'steps with no common measure',
      canary({ steps: [step(7), step(25)] }),
      /^\/steps: cannot be made of equal steps/,
    ],
    ['linear by one', { strategy: 'linear', step: 1 }, /^\/step: has to be a share between 3% and 50%/],
    [
      'linear of two kinds',
      { strategy: 'linear', step: 10, steps: [step(10)] },
      /^\/steps: says the same as/,
    ],
    ['a canary by `every`', canary({ every: '5m' }), /^\/every: is for linear/],
    [
      'rolling steps',
      { steps: [step(5)] },
      /^\/steps: is for canary and linear: rolling goes .* in one step/,
    ],
    ['blue/green steps', { strategy: 'blue_green', step: 5 }, /^\/step: is for canary and linear/],
    [
      'a linear worker',
      { strategy: 'linear' },
      /^\/strategy: has to be canary or rolling: linear shifts/,
      worker,
    ],
    ['a blue/green worker', { strategy: 'blue_green' }, /^\/strategy: has to be canary or rolling/, worker],
    ['a judge of rolling', { judge: true }, /^\/judge: is for canary and linear/],
    [
      'a judge with nothing to judge',
      judged({ errors: false, traffic: false }),
      /^\/judge: has nothing to judge by/,
    ],
    [
      'a worker judged by the load balancer',
      judged({ from: 'load-balancer' }),
      /^\/judge\/from: has to be metrics/,
      worker,
    ],
    ['a namespace of the load balancer', judged({ namespace: 'Shop' }), /^\/judge\/namespace: is of no use/],
    [
      'a ratio below one',
      judged({ errors: { atMost: '0.9x' } }),
      /^\/judge\/errors\/atMost: has to be how many times as much, between 1.05x and 100x/,
    ],
    [
      'two percentiles',
      judged({ latency: { p50: { atMost: 2 }, p95: { atMost: 2 } } }),
      /^\/judge\/latency: has to name one percentile/,
    ],
    [
      'no percentile',
      judged({ latency: { mean: { atMost: 2 } } }),
      /^\/judge\/latency\/mean: as a name has to be a percentile/,
    ],
    ['alarms one time in three', judged({ falseAlarms: '33%' }), /^\/judge\/falseAlarms: has to be a share/],
    [
      'a metric by task already',
      judged({ metrics: { age: { ...metric, dimensions: { Task: 'x' } } } }),
      /^\/judge\/metrics\/age\/dimensions: may not hold `Task`/,
    ],
    [
      'a statistic that is none',
      judged({ metrics: { age: { ...metric, statistic: 'Median' } } }),
      /^\/judge\/metrics\/age\/statistic: has to be Average/,
    ],
    [
      'approval at traffic, rolling',
      gated({ approval: { at: 'traffic' } }),
      /^\/gates\/approval\/at: has to be start: a rolling/,
    ],
    [
      'approval at traffic of a worker',
      canary(gated({ approval: { at: 'traffic' } })),
      /^\/gates\/approval\/at: has to be start: the service has no traffic/,
      worker,
    ],
    ['no window', gated({ windows: [] }), /^\/gates\/windows: is empty, so that it would never be open/],
    [
      'a window of no time',
      gated({ windows: [{ from: '09:00', to: '09:00' }] }),
      /^\/gates\/windows\/0: is empty, for it ends when it begins/,
    ],
    [
      'a window of no day',
      gated({ windows: [{ ...open, days: [] }] }),
      /^\/gates\/windows\/0\/days: has to name at least one day/,
    ],
    [
      'a day that is none',
      gated({ windows: [{ ...open, days: 'mon-foo' }] }),
      /^\/gates\/windows\/0\/days: .*"mon-foo" is none/,
    ],
    [
      'a zone that is none',
      gated({ windows: [{ ...open, zone: 'Europe/Atlantis' }] }),
      /^\/gates\/windows\/0\/zone: has to be the name of a time zone/,
    ],
    [
      'an offset for a zone',
      gated({ windows: [{ ...open, zone: '+02:00' }] }),
      /^\/gates\/windows\/0\/zone: has to be the name/,
    ],
    [
      '25 o’clock',
      gated({ windows: [{ from: '25:00', to: '26:00' }] }),
      /^\/gates\/windows\/0\/from: has to be a time of day/,
    ],
    [
      'a webhook by file',
      gated({ webhooks: [{ name: 'a', url: 'file:///etc/passwd' }] }),
      /^\/gates\/webhooks\/0\/url: has to be asked over https/,
    ],
    [
      'a webhook with a password',
      gated({ webhooks: [{ name: 'a', url: 'https://u:hunter2@x.example/' }] }),
      /url: may not hold a user or a password/,
    ],
    [
      'two webhooks of a name',
      gated({ webhooks: [1, 2].map(() => ({ name: 'a', url: 'https://x.example/' })) }),
      /^\/gates\/webhooks: has to give each webhook a name/,
    ],
    [
      'a job of nobody',
      { before: ['migrat'] },
      /^\/before\/0: names the job "migrat", and `jobs` has migrate, smoke/,
    ],
    ['a job twice', { before: ['migrate', 'migrate'] }, /^\/before: may name each job once/],
    [
      'a job before and after',
      { before: ['migrate'], after: ['migrate'] },
      /^\/after: names "migrate", which stands in `before` too/,
    ],
    ['a misspelt key', canary({ judge: { latancy: {} } }), /^\/judge\/latancy: .*did you mean "latency"/],
  ])('%s', (_, deploy, expected, service = balanced) => {
    const found = faults(deploy, service);
    expect(found).not.toEqual([]);
    expect(found[0]).toMatch(expected);
    expect(found.join()).not.toContain('hunter2');
  });

  it('a job that is too long, or that wants an image of its own', () => {
    const withJob = (job: object) =>
      parseManifest({ app: 'shop', services: { web: balanced }, jobs: { job } });
    expect(withJob({ command: ['sh', '-c', 'x'.repeat(7000)] })).toMatchObject({ ok: false });
    expect(withJob({ command: 'x', image: 'y' })).toMatchObject({
      ok: false,
      errors: [{ path: '/jobs/job/image', detail: expect.stringContaining('the release of the service') }],
    });
  });
});

/** What ECS gives a new release on its way: LINEAR by 30: 30, 60, 90, 100. */
function sharesOf(shift: TrafficShift | undefined): number[] {
  if (shift?.strategy === 'CANARY') return [shift.canaryPercent, 100];
  if (shift?.strategy !== 'LINEAR') return [100];
  const tenths = Math.round(shift.stepPercent * 10);
  expect(tenths).toBeGreaterThanOrEqual(30);
  return Array.from({ length: Math.ceil(1000 / tenths) }, (_, n) => Math.min(1000, tenths * (n + 1)) / 10);
}

it('whatever steps are accepted, ECS reaches each of them by equal steps of its own', () => {
  const steps = fc
    .uniqueArray(fc.integer({ min: 1, max: 999 }), { minLength: 1, maxLength: 6 })
    .map((tenths) =>
      tenths.sort((one, other) => one - other).map((share) => ({ traffic: share / 10, for: 60 })),
    );
  fc.assert(
    fc.property(fc.constantFrom('canary', 'linear'), steps, (strategy, wanted) => {
      const parsed = parseManifest(manifestOf(balanced, { strategy, steps: wanted }));
      if (!parsed.ok) {
        expect(parsed.errors[0]?.detail).toMatch(/equal steps/);
        return;
      }
      const { course, settings } = toDesired(parsed.value.services.web!, { local: false });
      expect(course.steps.map(({ trafficPercent }) => trafficPercent)).toEqual(
        wanted.map(({ traffic }) => traffic),
      );
      const shares = sharesOf(settings.shift);
      for (const { trafficPercent } of course.steps) expect(shares).toContain(trafficPercent);
    }),
  );
});

it('any deploy block at all is taken or refused with words, and never breaks', () => {
  const keys = [
    'strategy',
    'steps',
    'judge',
    'gates',
    'bake',
    'before',
    'traffic',
    'windows',
    'errors',
    'p95',
  ];
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(
        'canary',
        '5%',
        '1.5x',
        'mon-fri',
        '09:00',
        'UTC',
        'https://x.example',
        true,
        -1,
        Number.NaN,
      ),
      fc.string(),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys), tie('any'), { maxKeys: 4 }),
    ),
  })).any;
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 5 }), (deploy) => {
      for (const fault of faults(deploy)) expect(fault.length).toBeGreaterThan(5);
    }),
    { numRuns: 300 },
  );
});
