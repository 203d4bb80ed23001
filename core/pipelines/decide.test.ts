import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeploymentRequest } from '../deployments/model.ts';
import type { Input, Outcome } from '../kernel/plan.ts';
import { pipelines } from './decide.ts';
import type {
  Arrival,
  PipelineEffect,
  PipelineMessage,
  PipelineSeen,
  PipelineState,
  Place,
  Told,
} from './model.ts';
import { orderOf } from './order.ts';

const sha = (number: number) => number.toString(16).padStart(40, '0');
const rule = { repository: 'acme/shop', branch: 'main', image: 'ghcr.io/acme/shop:{sha}' };
const request = (id: string) => ({ id }) as DeploymentRequest;
const minute = 60_000;

/** A pipeline as the kernel moves it: what is decided at once, and what was sent and reported. */
function startPipeline() {
  let state: PipelineState | undefined;
  let messages = 0;
  let now = 1_000_000;
  const created: string[] = [];
  const reported: PipelineEffect[] = [];
  const absorb = (input: Input<PipelineMessage, PipelineEffect>) => {
    state = pipelines.absorb(state, input, now);
  };
  const decide = (seen: PipelineSeen = { ended: [] }) => {
    if (!state) return undefined;
    const plan = pipelines.decide(state, seen, now);
    state = plan.next;
    for (const effect of plan.effects) {
      if (effect.type === 'report_status') reported.push(effect);
      else created.push((effect.message as { request: DeploymentRequest }).request.id);
    }
    return plan;
  };
  const say = (message: PipelineMessage) => {
    absorb({ type: 'message', id: `m${++messages}`, message });
    return decide();
  };
  return {
    ...{ created, reported, say, decide },
    get state() {
      return state!;
    },
    pass(ms: number) {
      now += ms;
    },
    query: () => pipelines.observe(state!, now),
    configure: (changes: object = {}) =>
      say({
        ...{ type: 'configure', environment: 'local', ecsName: 'shop-web' },
        configuration: { rule: { ...rule, ...changes }, manifest: { app: 'shop' } },
      }),
    offer(arrival: Arrival, version = state?.version ?? 0) {
      say({ type: 'offer', arrival, version, request: request(`dep_${arrival.delivery}`) });
      return state?.heard.find(({ delivery }) => delivery === arrival.delivery);
    },
    /** How the last report went. */
    told(told: Told | Outcome) {
      const effect = reported.at(-1)!;
      const outcome: Outcome = 'ok' in told ? told : { ok: true, value: told };
      absorb({ type: 'outcome', id: 'i', effect, outcome });
      return decide();
    },
  };
}

type Push = Extract<Place, { by: 'push' }>;

const push = (
  delivery: string,
  before: number,
  after: number,
  atSecond: number,
  more: Partial<Push> = {},
) => ({
  delivery,
  commit: sha(after),
  place: {
    ...{ by: 'push' as const, before: sha(before), pushedAtMs: atSecond * 1000 },
    ...{ forced: false, created: false, contains: [], ...more },
  },
});

const run = (delivery: string, number: number, commit: number, workflowId = 7): Arrival => ({
  ...{ delivery, commit: sha(commit) },
  place: { by: 'run', workflowId, number },
});

describe('a pipeline', () => {
  it('is nothing until a manifest has a rule, and then makes a deployment of each newer commit', () => {
    const pipeline = startPipeline();
    pipeline.say({ type: 'configure', environment: 'local', ecsName: 'shop-web' });
    expect(pipeline.state).toBeUndefined();
    pipeline.configure();
    expect(pipeline.offer(push('d1', 1, 2, 10))).toMatchObject({ outcome: 'accepted', deployment: 'dep_d1' });
    expect(pipeline.offer(push('d2', 2, 3, 11))).toMatchObject({ outcome: 'accepted' });
    expect(pipeline.created).toEqual(['dep_d1', 'dep_d2']);
  });

  it('takes a delivery on once, and a commit once', () => {
    const pipeline = startPipeline();
    pipeline.configure();
    pipeline.offer(push('d1', 1, 2, 10));
    pipeline.offer(push('d1', 1, 2, 10));
    expect(pipeline.offer(push('d2', 1, 2, 10))).toMatchObject({ outcome: 'known', deployment: 'dep_d1' });
    expect(pipeline.created).toEqual(['dep_d1']);
  });

  it('refuses what comes too late, and says than what it is older', () => {
    const pipeline = startPipeline();
    pipeline.configure();
    pipeline.offer(push('d3', 3, 4, 12));
    for (const late of [push('d2', 2, 3, 12), push('d1', 1, 2, 11)])
      expect(pipeline.offer(late)).toMatchObject({ outcome: 'refused', reason: /older than 0000000/ });
    expect(pipeline.created).toEqual(['dep_d3']);
    expect(pipeline.reported.at(-1)).toMatchObject({ commit: sha(2), status: { state: 'error' } });
  });

  it('waits where nothing tells the order of one second, until the push between has come', () => {
    const pipeline = startPipeline();
    pipeline.configure();
    pipeline.offer(push('d1', 1, 2, 10));
    expect(pipeline.offer(push('d3', 3, 4, 10))).toMatchObject({ outcome: 'undecided' });
    expect(pipeline.created).toEqual(['dep_d1']);
    pipeline.offer(push('d2', 2, 3, 10));
    expect(pipeline.created).toEqual(['dep_d1', 'dep_d2', 'dep_d3']);
    expect(pipeline.state.heard).toMatchObject([
      { delivery: 'd1' },
      { delivery: 'd2' },
      { outcome: 'accepted' },
    ]);
  });

  it('turns down what waited once something newer is accepted', () => {
    const pipeline = startPipeline();
    pipeline.configure();
    pipeline.offer(push('d1', 1, 2, 10));
    pipeline.offer(push('d3', 3, 4, 10));
    pipeline.offer(push('d9', 8, 9, 20));
    expect(pipeline.state.heard).toContainEqual(
      expect.objectContaining({ delivery: 'd3', outcome: 'refused' }),
    );
    expect(pipeline.created).toEqual(['dep_d1', 'dep_d9']);
    expect(pipeline.state.lines[0]?.undecided).toEqual([]);
  });

  it('follows a branch that is forced back, and not what was withdrawn', () => {
    const pipeline = startPipeline();
    pipeline.configure();
    pipeline.offer(push('d1', 1, 2, 10));
    expect(pipeline.offer(push('d3', 3, 2, 12, { forced: true }))).toMatchObject({ outcome: 'known' });
    expect(pipeline.offer(push('d2', 2, 3, 11))).toMatchObject({ outcome: 'refused' });
    expect(pipeline.offer(push('d4', 2, 5, 13, { forced: true }))).toMatchObject({ outcome: 'accepted' });
    expect(pipeline.offer(push('d5', 5, 2, 14, { forced: true }))).toMatchObject({ outcome: 'accepted' });
    expect(pipeline.created).toEqual(['dep_d1', 'dep_d4', 'dep_d5']);
  });

  it('goes by the numbers of runs, a run that is run again included', () => {
    const pipeline = startPipeline();
    pipeline.configure({ workflow: 'build.yml' });
    expect(pipeline.offer(run('d8', 8, 80))).toMatchObject({ outcome: 'accepted' });
    expect(pipeline.offer(run('d7', 7, 70))).toMatchObject({ outcome: 'refused' });
    expect(pipeline.offer(run('d8-again', 8, 80))).toMatchObject({ outcome: 'known' });
    expect(pipeline.offer(run('d10', 10, 99))).toMatchObject({ outcome: 'accepted' });
    expect(pipeline.offer(run('d1', 1, 100, 8))).toMatchObject({ outcome: 'accepted' });
    expect(pipeline.offer(run('d11', 11, 99))).toMatchObject({ outcome: 'refused' });
  });

  it('keeps the branches apart, and remembers each when it comes back to it', () => {
    const pipeline = startPipeline();
    pipeline.configure();
    pipeline.offer(push('d1', 1, 2, 100));
    pipeline.configure({ branch: 'next' });
    expect(pipeline.offer(push('d2', 5, 6, 50))).toMatchObject({ outcome: 'accepted' });
    pipeline.configure();
    expect(pipeline.offer(push('d0', 0, 1, 99))).toMatchObject({ outcome: 'refused' });
  });

  it('wants an offer of an older manifest to be made again, and takes none where there is no rule', () => {
    const pipeline = startPipeline();
    pipeline.configure();
    expect(pipeline.offer(push('d1', 1, 2, 10), 0)).toBeUndefined();
    pipeline.say({ type: 'configure', environment: 'local', ecsName: 'shop-web' });
    expect(pipelines.index(pipeline.state)).toEqual({ status: 'off' });
    expect(pipeline.offer(push('d2', 1, 2, 10))).toMatchObject({ outcome: 'refused' });
    expect(pipeline.created).toEqual([]);
  });

  it('lets a commit that could not be deployed be offered again', () => {
    const pipeline = startPipeline();
    pipeline.configure();
    const arrival = push('d1', 1, 2, 10);
    pipeline.say({ type: 'offer', arrival, version: 1, problem: 'the port is taken' });
    expect(pipeline.state.heard).toMatchObject([{ outcome: 'failed', reason: 'the port is taken' }]);
    expect(pipeline.reported).toMatchObject([
      { status: { state: 'error', description: /the port is taken/ } },
    ]);
    expect(pipeline.offer(arrival)).toMatchObject({ outcome: 'accepted' });
    expect(pipeline.created).toEqual(['dep_d1']);
  });
});

describe('what GitHub is told', () => {
  const accepted = () => {
    const pipeline = startPipeline();
    pipeline.configure();
    pipeline.offer(push('d1', 1, 2, 10));
    return pipeline;
  };
  const ended = (verdict: 'succeeded' | 'rolled_back' | 'superseded', reason = 'that is how it is') =>
    ({ type: 'deployment_ended', deployment: 'dep_d1', verdict, reason }) as const;

  it('is that it is pending, then the verdict, each once', () => {
    const pipeline = accepted();
    pipeline.told({ told: 'posted' });
    pipeline.say(ended('succeeded'));
    pipeline.told({ told: 'posted' });
    pipeline.say(ended('succeeded'));
    pipeline.pass(60 * minute);
    expect(pipeline.decide()).toMatchObject({ effects: [] });
    expect(pipeline.reported.map(({ status }) => status.state)).toEqual(['pending', 'success']);
    expect(pipeline.reported[1]).toMatchObject({ context: 'berth/local/shop-web', repository: 'acme/shop' });
  });

  it.each([
    ['rolled_back', 'failure'],
    ['superseded', 'error'],
  ] as const)('of %s is %s, with the reason in at most 140 characters', (verdict, state) => {
    const pipeline = accepted();
    pipeline.told({ told: 'posted' });
    pipeline.say(ended(verdict, `31 errors\n${'x'.repeat(300)}🚢`));
    const { status } = pipeline.reported.at(-1)!;
    expect(status).toMatchObject({ state, description: /31 errors x/ });
    expect(status.description.length).toBeLessThanOrEqual(140);
    expect(status.description).not.toMatch(/\p{Cc}/u);
  });

  it('is the verdict, where it came while GitHub was being told that it is pending', () => {
    const pipeline = accepted();
    pipeline.say(ended('succeeded'));
    expect(pipeline.reported).toHaveLength(1);
    pipeline.told({ told: 'later', reason: 'no answer' });
    expect(pipeline.reported.map(({ status }) => status.state)).toEqual(['pending']);
    pipeline.pass(minute);
    pipeline.decide();
    expect(pipeline.reported.map(({ status }) => status.state)).toEqual(['pending', 'success']);
  });

  it('is tried again, later and later, and not for ever', () => {
    const pipeline = accepted();
    for (let hour = 0; hour < 24; hour++) {
      const before = pipeline.reported.length;
      pipeline.told({ ok: false, failure: { code: 'X', message: 'no answer' } });
      pipeline.decide();
      expect(pipeline.reported).toHaveLength(before);
      pipeline.pass(60 * minute);
      pipeline.decide();
    }
    expect(pipeline.reported).toHaveLength(14);
    expect(pipeline.state.runs).toMatchObject([{ report: { refused: 'no answer' } }]);
  });

  it('is not tried again where GitHub refuses it; the verdict still is', () => {
    const pipeline = accepted();
    const plan = pipeline.told({ told: 'refused', reason: 'GitHub answered 404' });
    expect(plan?.reasons).toMatchObject([{ code: 'not_reported', text: /404/ }]);
    pipeline.pass(60 * minute);
    pipeline.decide();
    expect(pipeline.reported).toHaveLength(1);
    pipeline.say(ended('succeeded'));
    expect(pipeline.reported).toHaveLength(2);
  });

  it('never keeps a deployment waiting: it is made while GitHub does not answer', () => {
    const pipeline = accepted();
    pipeline.told({ told: 'later', reason: 'no answer' });
    pipeline.offer(push('d2', 2, 3, 11));
    expect(pipeline.created).toEqual(['dep_d1', 'dep_d2']);
  });

  it('is a verdict that nobody told, found by a look; and in the end that there is none', () => {
    const pipeline = accepted();
    pipeline.told({ told: 'posted' });
    expect(pipeline.query()).toEqual({ deployments: [] });
    pipeline.pass(6 * minute);
    expect(pipeline.query()).toEqual({ deployments: ['dep_d1'] });
    expect(pipeline.decide()?.wakeAt).toBeGreaterThan(0);
    const seen = { deployment: 'dep_d1', verdict: 'failed', reason: 'it crashed' } as const;
    pipeline.decide({ ended: [seen] });
    expect(pipeline.reported.at(-1)).toMatchObject({ status: { state: 'failure' } });

    const lost = accepted();
    lost.told({ told: 'posted' });
    lost.pass(31 * 24 * 60 * minute);
    lost.decide();
    expect(lost.reported.at(-1)).toMatchObject({ status: { state: 'error', description: /no verdict/ } });
  });
});

it('two pushes of one second that go round are not told apart', () => {
  const forth = push('forth', 1, 2, 10);
  const line = { newest: { ...forth, deployment: 'dep_1', at: 0, pushedAtMs: 10_000 }, older: [sha(1)] };
  expect(orderOf(push('back', 2, 1, 10, { forced: true }), line)).toBe('unclear');
  expect(orderOf(push('back', 2, 1, 11, { forced: true }), line)).toBe('newer');
});

interface Pushed {
  readonly index: number;
  readonly arrival: Arrival;
}

/**
 * The history of a branch: plain pushes of one or more commits, up to four in a second; forced ones, to somewhere new or
 * back to where the branch has been, in seconds of their own; and a branch that is deleted and made again.
 */
const histories = (isForced: boolean) =>
  fc
    .array(
      fc.record({
        kind: isForced
          ? fc.constantFrom('plain', 'plain', 'plain', 'back', 'aside', 'anew')
          : fc.constant('plain'),
        commits: fc.integer({ min: 1, max: 3 }),
        seconds: fc.integer({ min: 0, max: 2 }),
        where: fc.nat(),
      }),
      { minLength: 1, maxLength: 9 },
    )
    .map((steps) => {
      const heads = [1];
      let commits = 1;
      let atSecond = 100;
      let inSecond = 0;
      let wasForced = false;
      return steps.map(({ kind, commits: count, seconds, where }, index): Pushed => {
        const isPlain = kind === 'plain';
        const isOwn = !isPlain || wasForced || inSecond >= 4;
        const pause = isOwn ? Math.max(1, seconds) : seconds;
        atSecond += pause;
        inSecond = pause === 0 ? inSecond + 1 : 1;
        wasForced = !isPlain;
        const before = heads.at(-1)!;
        const made = Array.from({ length: count }, () => ++commits);
        const after = kind === 'back' ? heads[where % heads.length]! : made.at(-1)!;
        heads.push(after);
        const forced = kind === 'back' || kind === 'aside';
        const contains = kind === 'plain' ? made.slice(0, -1).map(sha) : [];
        const created = kind === 'anew';
        return {
          index,
          arrival: push(`d${index}`, created ? 0 : before, after, atSecond, { forced, created, contains }),
        };
      });
    });

/** What arrives of a history: any of it, in any order, some of it again, some of it replayed under another id. */
const deliveries = (isForced: boolean) =>
  histories(isForced).chain((history) =>
    fc
      .array(fc.record({ which: fc.nat({ max: history.length - 1 }), isReplayed: fc.boolean() }), {
        maxLength: 24,
      })
      .map((picked) => ({
        history,
        arrivals: picked.map(({ which, isReplayed }, place): Pushed => {
          const one = history[which]!;
          const delivery = isReplayed ? `replay${place}` : one.arrival.delivery;
          return { ...one, arrival: { ...one.arrival, delivery } };
        }),
      })),
  );

describe('in any order, however often, and whatever is missing', () => {
  it('a delivery makes at most one deployment, and an older commit never follows a newer one', () => {
    fc.assert(
      fc.property(deliveries(true), ({ arrivals }) => {
        const pipeline = startPipeline();
        pipeline.configure();
        for (const { arrival } of arrivals) pipeline.offer(arrival);
        expect(new Set(pipeline.created).size).toBe(pipeline.created.length);
        const indexOf = (id: string) =>
          arrivals.find(({ arrival }) => `dep_${arrival.delivery}` === id)!.index;
        const accepted = pipeline.created.map(indexOf);
        expect(accepted).toEqual([...new Set(accepted)].sort((one, other) => one - other));
      }),
      { numRuns: 3000 },
    );
  });

  it('the newest commit is the last, once everything has come and nothing was forced', () => {
    fc.assert(
      fc.property(
        histories(false).chain((history) =>
          fc.tuple(fc.constant(history), fc.shuffledSubarray(history, { minLength: history.length })),
        ),
        ([history, arrivals]) => {
          const pipeline = startPipeline();
          pipeline.configure();
          for (const { arrival } of arrivals) pipeline.offer(arrival);
          expect(pipeline.created.at(-1)).toBe(`dep_${history.at(-1)!.arrival.delivery}`);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('what it keeps stays small, and is plain JSON', () => {
    fc.assert(
      fc.property(deliveries(true), ({ arrivals }) => {
        const pipeline = startPipeline();
        pipeline.configure();
        for (const { arrival } of arrivals) pipeline.offer(arrival);
        const { state } = pipeline;
        expect(JSON.parse(JSON.stringify(state))).toEqual(state);
        expect(state.runs.length).toBeLessThanOrEqual(16);
        expect(state.news).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
