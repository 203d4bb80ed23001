import { describe, expect, it } from 'vitest';
import { CourseWorld, judgePlan, plainCourse } from './testing.ts';

const judged = { ...plainCourse, judge: judgePlan };
const reason = (world: CourseWorld) => (world.state.at.phase === 'ended' ? world.state.at.reason : '');
const percentOver = (percent: number) => (world: CourseWorld) => world.percent > percent;

describe('a course behind the load balancer', () => {
  it('gives the new release no more than its step allows, for as long as it says, and ends succeeded', () => {
    const world = new CourseWorld(plainCourse);
    world.until(percentOver(0));
    const began = world.now;
    world.until(percentOver(5));
    expect(world.now - began).toBeGreaterThanOrEqual(60_000);
    world.until(percentOver(20));
    const second = world.now;
    world.until(percentOver(25));
    expect(world.now - second).toBeGreaterThanOrEqual(120_000);
    world.until(percentOver(99));
    const all = world.now;
    world.until(({ ecs }) => ecs === 'completed');
    expect(world.now - all).toBeGreaterThanOrEqual(60_000);
    world.until(({ phase }) => phase === 'succeeded');
    expect(world.shares).toEqual(Array.from({ length: 20 }, (_, place) => (place + 1) * 5));
    expect(world.sent.filter(({ to }) => to === 'app_1')).toHaveLength(1);
  });

  it('goes back as soon as the judge finds it worse, and never gives it more', () => {
    const world = new CourseWorld(judged);
    world.errors = { canary: 0.2, baseline: 0.01 };
    world.until(({ phase }) => phase === 'rolled_back');
    expect(Math.max(...world.shares)).toBeLessThanOrEqual(25);
    expect(reason(world)).toMatch(/worse.*errors/);
    expect(world.state.went?.judgement?.verdict.is).toBe('worse');
    expect(world.evidence.length).toBeGreaterThan(0);
    expect(world.sent.find(({ message }) => message.type === 'aim' && 'isReturn' in message)).toBeTruthy();
  });

  it('waits for a person where the judge has nothing to go by, goes on when he says so, or proceeds as declared', () => {
    const blind = new CourseWorld(judged);
    blind.errors = { canary: 0, baseline: 0 };
    blind.until(({ state }) => state.at.phase === 'moving' && state.at.course?.held !== undefined);
    const held = blind.now;
    for (let turn = 0; turn < 100; turn++) blind.pass();
    expect(blind.percent).toBe(25);
    blind.say({ type: 'promote', actor: 'bob' });
    blind.until(({ phase }) => phase === 'succeeded');
    expect(blind.now).toBeGreaterThan(held);
    const declared = new CourseWorld({
      ...judged,
      judge: { ...judgePlan, undecided: 'proceed', noData: 'proceed' },
    });
    declared.errors = { canary: 0, baseline: 0 };
    declared.until(({ phase }) => phase === 'succeeded');
  });

  it('evidence that comes after its step is over counts for that step, also while all traffic is there', () => {
    const world = new CourseWorld(judged);
    world.lateMs = 50_000;
    world.until(({ phase }) => phase === 'succeeded');
    const secondsAt = (share: number) =>
      world.evidence
        .filter((one) => one.share === share)
        .reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0) / 1000;
    expect(secondsAt(0.05)).toBeGreaterThanOrEqual(40);
    expect(secondsAt(0.25)).toBeGreaterThanOrEqual(100);
    const ends = world.evidence.flatMap(({ fromMs, toMs }) => [fromMs, toMs]);
    expect(ends).toEqual([...ends].sort((one, other) => one - other));
  });

  it('a step too short for an interval of evidence keeps nobody from the next', () => {
    const steps = [25, 50, 75].map((trafficPercent) => ({ trafficPercent, forSeconds: 12 }));
    const last = { trafficPercent: 80, forSeconds: 60 };
    const world = new CourseWorld({
      ...judged,
      judge: { ...judgePlan, dryRun: true },
      steps: [...steps, last],
    });
    world.lateMs = 10_000;
    world.until(({ phase }) => phase === 'succeeded');
    expect(world.evidence.filter(({ share }) => share === 0.8).length).toBeGreaterThanOrEqual(3);
  });

  it('a dry run is judged, kept, and not acted upon', () => {
    const world = new CourseWorld({ ...judged, judge: { ...judgePlan, dryRun: true } });
    world.errors = { canary: 0.5, baseline: 0.01 };
    world.until(({ phase }) => phase === 'succeeded');
    expect(world.evidence.length).toBeGreaterThan(0);
  });

  it('is paused, resumed, skipped and promoted by people; a lock holds the next step', () => {
    const world = new CourseWorld(plainCourse);
    world.until(percentOver(0));
    world.say({ type: 'pause', actor: 'bob', reason: 'lunch' });
    for (let turn = 0; turn < 200; turn++) world.pass();
    expect(world.percent).toBe(5);
    expect(world.state.at).toMatchObject({
      course: { held: { code: 'paused', text: 'paused by bob: lunch' } },
    });
    world.locks = ['black friday'];
    world.say({ type: 'resume', actor: 'bob' });
    for (let turn = 0; turn < 50; turn++) world.pass();
    expect(world.percent).toBe(5);
    world.locks = [];
    world.until(percentOver(20));
    world.pass();
    const at = world.now;
    world.say({ type: 'skip', actor: 'bob' });
    world.until(percentOver(25));
    expect(world.now - at).toBeLessThan(60_000);
    world.until(({ phase }) => phase === 'succeeded');
  });

  it('an abort at any moment brings the old release back, and a hook that is asked then says FAILED', () => {
    for (let turns = 0; turns < 60; turns += 7) {
      const world = new CourseWorld(plainCourse);
      world.look();
      for (let turn = 0; turn < turns; turn++) world.pass();
      world.say({ type: 'abort', actor: 'bob' });
      world.until(({ phase }) => ['cancelled', 'rolled_back', 'succeeded'].includes(phase));
      expect(world.phase).toBe('cancelled');
      expect(['none', 'returned']).toContain(world.ecs);
    }
  });

  it('gives up where ECS never asks', () => {
    const world = new CourseWorld(plainCourse);
    world.hooks = 'never';
    world.until(({ phase }) => phase === 'rolled_back');
    expect(reason(world)).toMatch(/nothing went on for 600 s/);
  });
});

describe('a course of a worker', () => {
  it('is tried beside the service, step by step, and then moves; nothing is left beside it', () => {
    const world = new CourseWorld({ ...plainCourse, bakeSeconds: 0 }, { isShifted: false });
    world.until(({ phase }) => phase === 'trying');
    expect(world.siblings).toMatchObject({ canary: { count: 1 } });
    world.until(({ siblings }) => siblings.canary?.count === 2);
    expect(world.now).toBeGreaterThanOrEqual(60_000);
    world.until(({ phase }) => phase === 'succeeded');
    expect(world.siblings).toEqual({});
    expect(world.now).toBeGreaterThanOrEqual(180_000);
  });

  it('goes on to a step that asks for as many tasks as the one before', () => {
    const steps = [5, 8, 12].map((trafficPercent) => ({ trafficPercent, forSeconds: 30 }));
    const world = new CourseWorld({ ...plainCourse, steps }, { isShifted: false });
    world.until(({ phase }) => phase === 'succeeded');
  });

  it('that is worse never moves the service', () => {
    const world = new CourseWorld(judged, { isShifted: false });
    world.errors = { canary: 0.2, baseline: 0.001 };
    world.until(({ phase }) => phase === 'rolled_back');
    expect(world.ecs).toBe('none');
    expect(world.siblings).toEqual({});
    expect(reason(world)).toMatch(/v1 never stopped running/);
  });

  it('can be given up at any moment', () => {
    for (let turns = 0; turns < 40; turns += 5) {
      const world = new CourseWorld(plainCourse, { isShifted: false });
      for (let turn = 0; turn < turns; turn++) world.pass();
      world.say({ type: 'abort', actor: 'bob' });
      world.until(({ phase }) => phase === 'cancelled' || phase === 'succeeded');
      expect(world.siblings).toEqual({});
    }
  });
});

describe('the release graph', () => {
  const jobs = { ...plainCourse, before: [job('migrate')], after: [job('smoke')] };

  it('runs jobs before anything moves, and after all has moved while the old release is warm', () => {
    const world = new CourseWorld(jobs);
    world.until(({ phase }) => phase === 'succeeded');
    const order = world.sent
      .map(({ message }) => message)
      .filter(({ type }) => type === 'start' || type === 'aim');
    expect(order.map(({ type }) => type)).toEqual(['start', 'aim', 'start']);
  });

  it('a job that fails before stops the rest; one that fails after brings the old release back', () => {
    const stopped = new CourseWorld(jobs, { jobs: { migrate: 'failed' } });
    stopped.until(({ phase }) => phase === 'failed');
    expect(reason(stopped)).toMatch(/migrate failed: exit 1; nothing was moved/);
    expect(stopped.ecs).toBe('none');
    const back = new CourseWorld(jobs, { jobs: { smoke: 'failed' } });
    back.until(({ phase }) => phase === 'rolled_back');
    expect(reason(back)).toMatch(/smoke failed/);
  });
});

describe('the gates', () => {
  it('keep it from setting out until somebody else approves it', () => {
    const gates = { ...plainCourse.gates, approval: { byDeployer: false, at: 'start' as const } };
    const world = new CourseWorld({ ...plainCourse, gates });
    for (let turn = 0; turn < 100; turn++) world.pass();
    expect(world.phase).toBe('gated');
    world.say({ type: 'approve', actor: 'ann' });
    expect(world.phase).toBe('gated');
    world.say({ type: 'approve', actor: 'bob' });
    world.until(({ phase }) => phase === 'succeeded');
  });
});

function job(name: string) {
  return { name, command: ['node', `${name}.mjs`], timeoutSeconds: 60 };
}
