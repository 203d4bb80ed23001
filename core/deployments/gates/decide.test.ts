import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../kernel/plan.ts';
import type { Said } from '../course/model.ts';
import type { DeploymentRequest } from '../model.ts';
import { mayApprove } from './approval.ts';
import { type AtTheGates, decideGates, gatesShut, noGates } from './decide.ts';
import { heldByLock } from './locking.ts';
import type { GatePlan, GateSeen, SeenLock, TimeWindow, WebhookGate } from './model.ts';
import { type AskWebhook, answered } from './webhooks.ts';
import { isOpen } from './window.ts';

const now = Date.parse('2026-11-23T08:00:00Z');
const minuteMs = 60_000;

const request: DeploymentRequest = {
  id: 'dep_1',
  service: 'production/shop-web',
  environment: 'production',
  cluster: 'production',
  ecsName: 'shop-web',
  app: 'shop',
  name: 'web',
  what: {
    type: 'content',
    hash: 'a'.repeat(64),
    spec: { image: 'shop:2', cpuUnits: 256, memoryMiB: 512, environment: {}, secrets: {} },
    settings: { minimumHealthyPercent: 100, maximumPercent: 200, circuitBreaker: true, timeoutSeconds: 900 },
  },
  whenBusy: 'supersede',
  actor: 'ann',
  requestHash: 'b'.repeat(64),
  requestedAt: now,
};
const back: DeploymentRequest = { ...request, what: { type: 'rollback', release: 'previous' } };

const lock = (over: Partial<SeenLock> = {}): SeenLock => ({
  of: 'environment',
  actor: 'bob',
  message: 'Black Friday',
  since: now - minuteMs,
  ...over,
});
const free: GateSeen = { locks: [] };
const said = (actor: string): Said => ({ actor, at: now });
const hook = (over: Partial<WebhookGate> = {}): WebhookGate => ({
  name: 'change',
  url: 'https://change.example/ask',
  timeoutSeconds: 600,
  ...over,
});
const plan = (over: Partial<GatePlan> = {}): GatePlan => ({ ...noGates, ...over });
const at = (over: Partial<AtTheGates> = {}): AtTheGates => ({
  request,
  plan: noGates,
  gates: gatesShut,
  approvals: [],
  ...over,
});
const closed: TimeWindow = { days: ['sat'], fromMinute: 540, toMinute: 960, zone: 'Europe/Berlin' };

describe('locks', () => {
  it('keep a deployment where it is, with all that is said about them', () => {
    const seen = {
      locks: [
        lock({ until: Date.parse('2026-12-01T00:00:00Z') }),
        lock({ of: 'service', actor: 'cat', message: 'incident 7' }),
      ],
    };
    expect(decideGates(at(), seen, now)).toEqual({
      is: 'waits',
      code: 'frozen',
      text: 'production is frozen by bob until Tue 2026-12-01 00:00 UTC: Black Friday; shop-web is locked by cat: incident 7',
      wakeAt: now + minuteMs,
      gates: gatesShut,
      effects: [],
    });
  });

  it('that end are looked at again at their end, and hold no longer then', () => {
    const seen = { locks: [lock({ until: now + 10 })] };
    expect(decideGates(at(), seen, now)).toMatchObject({ is: 'waits', wakeAt: now + 10 });
    expect(decideGates(at(), seen, now + 10)).toMatchObject({ is: 'open' });
  });

  it('that were not looked for hold', () => {
    expect(decideGates(at(), undefined, now)).toMatchObject({ is: 'waits', code: 'locks_unseen' });
    expect(heldByLock(request, undefined, now)?.wakeAt).toBeGreaterThan(now);
  });

  it('hold a later step, and never the way back', () => {
    const seen = { locks: [lock()] };
    expect(heldByLock(request, seen, now)).toMatchObject({ code: 'locked' });
    expect(heldByLock(back, seen, now)).toBeUndefined();
    expect(decideGates(at({ request: back, plan: plan({ windows: [closed] }) }), seen, now)).toMatchObject({
      is: 'open',
    });
  });
});

describe('approval', () => {
  const approval = { byDeployer: false, at: 'start' } as const;

  it('is asked for by name of the command, and given by somebody else', () => {
    const waiting = at({ plan: plan({ approval }) });
    expect(decideGates(waiting, free, now)).toMatchObject({
      is: 'waits',
      code: 'approval',
      text: 'waits for approval by somebody other than ann: `berth approve dep_1`',
    });
    expect(decideGates({ ...waiting, approvals: [said('ann')] }, free, now)).toMatchObject({ is: 'waits' });
    expect(decideGates({ ...waiting, approvals: [said('ann'), said('bob')] }, free, now)).toEqual({
      is: 'open',
      text: 'it is approved',
      gates: gatesShut,
    });
  });

  it('of one’s own counts where that is allowed', () => {
    const own = at({ plan: plan({ approval: { byDeployer: true, at: 'start' } }), approvals: [said('ann')] });
    expect(decideGates(own, free, now)).toMatchObject({ is: 'open' });
  });

  it('that is asked for before traffic does not keep a deployment from setting out', () => {
    const later = at({ plan: plan({ approval: { byDeployer: false, at: 'traffic' } }) });
    expect(decideGates(later, free, now)).toMatchObject({ is: 'open' });
  });

  it.each(['ann', ' Ann', 'ANN', 'a\u200bnn', 'ａｎｎ', '', '\u2060'])('is refused to %j', (actor) => {
    expect(mayApprove(request, approval, actor)).toMatch(/somebody else|whose/);
  });

  it('says why not', () => {
    expect(mayApprove(request, approval, 'ann')).toBe(
      'ann asked for this deployment; somebody else has to approve it',
    );
    expect(mayApprove(request, approval, 'bob')).toBeUndefined();
  });
});

describe('windows', () => {
  it('let a deployment wait until the next one opens', () => {
    expect(decideGates(at({ plan: plan({ windows: [closed] }) }), free, now)).toMatchObject({
      is: 'waits',
      code: 'window',
      text: 'outside its window; opens Sat 2026-11-28 09:00 Europe/Berlin',
      wakeAt: Date.parse('2026-11-28T08:00:00Z'),
    });
  });

  it('wait beside all else, and the wait says the same at every look', () => {
    const both = at({ plan: plan({ windows: [closed], approval: { byDeployer: true, at: 'start' } }) });
    const [one, other] = [decideGates(both, free, now), decideGates(both, free, now + 10 * minuteMs)];
    expect(one).toMatchObject({
      text: 'outside its window; opens Sat 2026-11-28 09:00 Europe/Berlin; waits for approval: `berth approve dep_1`',
    });
    expect({ ...one, wakeAt: 0 }).toEqual({ ...other, wakeAt: 0 });
  });
});

describe('webhooks', () => {
  const asking = at({ plan: plan({ webhooks: [hook()] }) });

  /** Plays them through: asks, hears, and looks again when it said it would. */
  function play(answers: readonly Outcome[], start = asking) {
    let [gates, time] = [start.gates, now];
    const asked: number[] = [];
    for (let turn = 0; turn < 200; turn++) {
      const decision = decideGates({ ...start, gates }, free, time);
      if (decision.is !== 'waits') return { decision, asked, time };
      gates = decision.gates;
      const [effect] = decision.effects as AskWebhook[];
      expect(decision.wakeAt).toBeGreaterThan(time);
      if (effect) {
        const outcome = answers[asked.length] ?? answers.at(-1)!;
        asked.push(time - now);
        gates = answered(gates, effect, outcome, time + 100);
        time += 100;
      } else time = decision.wakeAt;
    }
    throw new Error('it never came to an end');
  }
  const says = (answer: 'yes' | 'no' | 'later', text = ''): Outcome => ({
    ok: true,
    value: { says: answer, text },
  });

  function firstAsked() {
    const decision = decideGates(asking, free, now);
    if (decision.is !== 'waits') throw new Error(`it ${decision.is}`);
    return { gates: decision.gates, question: decision.effects[0] as AskWebhook };
  }

  it('are asked when all else is open, once, with what is to be deployed', () => {
    const locked = decideGates(asking, { locks: [lock()] }, now);
    expect(locked).toMatchObject({ is: 'waits', code: 'locked', effects: [] });
    const first = decideGates(asking, free, now);
    expect(first).toMatchObject({
      is: 'waits',
      code: 'webhook',
      effects: [
        {
          type: 'ask_webhook',
          deployment: 'dep_1',
          environment: 'production',
          attempt: 1,
          body: { webhook: 'change', service: 'shop-web', actor: 'ann', image: 'shop:2' },
        },
      ],
    });
    const { gates } = firstAsked();
    expect(decideGates({ ...asking, gates }, free, now + 1)).toMatchObject({ is: 'waits', effects: [] });
  });

  it('open by yes, refuse by no', () => {
    expect(play([says('yes')]).decision).toMatchObject({ is: 'open', text: 'webhook change says yes' });
    expect(play([says('no', 'change 17 is not signed')]).decision).toEqual({
      is: 'refused',
      text: 'webhook change says no: change 17 is not signed',
    });
  });

  it('that say later are asked again, each time later, until their time is over', () => {
    const { decision, asked, time } = play([says('later', 'tests still run')]);
    expect(decision).toEqual({
      is: 'refused',
      text: 'webhook change did not say yes within 600 s; it said last: tests still run',
    });
    expect(time).toBe(now + 600_000);
    const gaps = asked.slice(1).map((one, place) => one - asked[place]!);
    expect(gaps).toEqual([...gaps].sort((one, other) => one - other));
    expect(gaps[0]).toBe(5_100);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(300_100);
    expect(play([says('later'), says('later'), says('yes')]).decision).toMatchObject({ is: 'open' });
  });

  it('that could not be asked have said later', () => {
    const failed: Outcome = { ok: false, failure: { code: 'TypeError', message: 'no such thing' } };
    expect(play([failed, says('yes')]).decision).toMatchObject({ is: 'open' });
  });

  it('that never answer are waited for no longer than their time', () => {
    expect(decideGates({ ...asking, gates: firstAsked().gates }, free, now + 600_000)).toMatchObject({
      is: 'refused',
      text: expect.stringContaining('has not answered'),
    });
  });

  it('are asked anew when their yes is old, for other gates kept the deployment', () => {
    const { gates: asked, question } = firstAsked();
    const gates = answered(asked, question, says('yes'), now);
    expect(decideGates({ ...asking, gates }, free, now + 15 * minuteMs)).toMatchObject({ is: 'open' });
    expect(decideGates({ ...asking, gates }, free, now + 15 * minuteMs + 1)).toMatchObject({
      is: 'waits',
      effects: [{ attempt: 2 }],
    });
  });

  it('answer the question that was asked last, and each once', () => {
    const { gates, question } = firstAsked();
    const heard = answered(gates, question, says('later'), now);
    expect(answered(heard, question, says('yes'), now)).toBe(heard);
    expect(answered(gates, { ...question, attempt: 2 }, says('yes'), now)).toBe(gates);
    expect(answered(gatesShut, question, says('yes'), now)).toBe(gatesShut);
  });
});

describe('whatever is planned and said', () => {
  const anyWindow = fc.record({
    days: fc.subarray(['mon', 'wed', 'sun'] as const),
    fromMinute: fc.nat(1440),
    toMinute: fc.nat(1440),
    zone: fc.constantFrom('UTC', 'Asia/Kathmandu', 'Nowhere/Else'),
  });
  const actor = fc.constantFrom('ann', 'Ann ', 'bob', '');
  const anyState = fc.record({
    since: fc.constant(now - 1000),
    askedAt: fc.constant(now - 1000),
    attempts: fc.integer({ min: 1, max: 30 }),
    answer: fc.record({
      says: fc.constantFrom('yes' as const, 'no' as const, 'later' as const),
      text: fc.string(),
      at: fc.integer({ min: now - 20 * minuteMs, max: now }),
    }),
  });
  const anyCase = fc.record({
    plan: fc.record({
      approval: fc.record({ byDeployer: fc.boolean(), at: fc.constant('start' as const) }),
      windows: fc.array(anyWindow, { maxLength: 3 }),
      webhooks: fc.subarray([hook(), hook({ name: 'tests' })]),
    }),
    gates: fc.record({
      webhooks: fc.record({ change: anyState, tests: anyState }, { requiredKeys: [] }),
    }),
    approvals: fc.array(actor.map(said), { maxLength: 3 }),
    locks: fc.array(
      fc
        .option(fc.integer({ min: -2, max: 2 }), { nil: undefined })
        .map((ends) => lock(ends === undefined ? {} : { until: now + ends })),
      { maxLength: 2 },
    ),
  });

  it('nothing opens while a lock stands, outside its windows, unapproved, or without every yes', () => {
    let opened = 0;
    fc.assert(
      fc.property(anyCase, ({ locks, ...given }) => {
        const state = at(given);
        const decision = decideGates(state, { locks }, now);
        if (decision.is === 'waits') expect(decision.wakeAt).toBeGreaterThan(now);
        if (decision.is !== 'open') return;
        opened++;
        expect(locks.filter(({ until }) => until === undefined || until > now)).toEqual([]);
        const { windows, webhooks, approval } = given.plan;
        expect(windows.length === 0 || windows.some((one) => isOpen(one, now))).toBe(true);
        const who = given.approvals.map((one) => one.actor.trim().toLowerCase());
        expect(who.some((one) => one === 'bob' || (approval.byDeployer && one === 'ann'))).toBe(true);
        for (const { name } of webhooks)
          expect(given.gates.webhooks[name as 'change']?.answer.says).toBe('yes');
      }),
      { numRuns: 3000 },
    );
    expect(opened).toBeGreaterThan(20);
  });
});
