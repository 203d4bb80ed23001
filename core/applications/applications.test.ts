import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../test/support/memory-store.ts';
import { silentLog } from '../../test/support/toy.ts';
import { applicationMember } from '../aws/applications.ts';
import type { DeploymentMessage, DeploymentRequest, Verdict } from '../deployments/model.ts';
import type { Member } from '../kernel/item.ts';
import type { Domain, Ref } from '../kernel/plan.ts';
import type { Store } from '../kernel/ports.ts';
import { createEngine } from '../kernel/reconcile.ts';
import type { ApplicationRequest, ApplicationState } from './model.ts';
import { applicationRef, contentRecord } from './records.ts';

/*
 * Applications by the real kernel, decider and adapter. Deployments and services are stood in for by aggregates of
 * the same kinds, whose ends the test decides.
 */

interface FakeDeployment {
  readonly request: DeploymentRequest;
  readonly at:
    | { readonly phase: 'moving' }
    | { readonly phase: 'queued'; readonly behind?: string }
    | {
        readonly phase: 'ended';
        readonly verdict: Verdict;
        readonly reason: string;
        readonly endedAt: number;
      };
  readonly release?: { readonly number: number };
  readonly before?: { readonly release: { readonly number: number } };
  readonly isAborted?: true;
}

type Fake =
  | DeploymentMessage
  | { readonly type: 'wait'; readonly behind: string }
  | {
      readonly type: 'finish';
      readonly verdict: Verdict;
      readonly release?: number;
      readonly before?: number;
    };

const fakeDeployments: Domain<FakeDeployment, Fake, object, object, never> = {
  kind: 'deployment',
  absorb(state, input) {
    if (input.type !== 'message') return state;
    const { message } = input;
    if (!state)
      return message.type === 'create' ? { request: message.request, at: { phase: 'moving' } } : undefined;
    if (state.at.phase === 'ended') return state;
    if (message.type === 'abort') return { ...state, isAborted: true };
    if (message.type === 'wait') return { ...state, at: { phase: 'queued', behind: message.behind } };
    if (message.type !== 'finish') return state;
    const { verdict, release, before } = message;
    return {
      ...state,
      at: { phase: 'ended', verdict, reason: `${state.request.name} ${verdict}`, endedAt: 0 },
      ...(release !== undefined && { release: { number: release } }),
      ...(before !== undefined && { before: { release: { number: before } } }),
    };
  },
  observe: () => ({}),
  decide: (next) => ({ next, effects: [], reasons: [{ code: 'fake', text: next.at.phase }] }),
  index: ({ at }) => ({ status: at.phase }),
};

interface FakeService {
  readonly queue: readonly [];
  readonly holder?: { readonly deployment: string };
  readonly target?: { readonly deployment: string };
}

const fakeServices: Domain<FakeService, { type: 'be'; state: FakeService }, object, object, never> = {
  kind: 'service',
  absorb: (state, input) => (input.type === 'message' ? input.message.state : state),
  observe: () => ({}),
  decide: (next) => ({ next, effects: [], reasons: [{ code: 'fake', text: 'is' }] }),
  index: () => ({ status: 'is' }),
};

const passive = (domain: Member['domain']): Member => ({
  domain,
  look: async () => ({}),
  perform: async () => ({}),
});

const id = 'app_1';
const ref = applicationRef(id);

class World {
  readonly #memory = createMemoryStore();
  /** No deployment can be written. */
  isDeaf = false;
  readonly store: Store = {
    ...this.#memory,
    commit: async (item, revision) => {
      if (this.isDeaf && item.ref.kind === 'deployment') throw new Error('nobody hears');
      return this.#memory.commit(item, revision);
    },
  };
  now = 1_000_000;
  #messages = 0;
  /** What each service runs, by release number; missing: nothing yet. */
  readonly running = new Map<string, number>();
  readonly owner = new Map<string, string>();
  /** In the order in which they were asked for. */
  readonly created: string[] = [];
  readonly #sent = new Set<string>();
  readonly request: ApplicationRequest;

  constructor(
    needs: Readonly<Record<string, readonly string[]>>,
    running: Readonly<Record<string, number>> = {},
  ) {
    for (const [name, release] of Object.entries(running)) this.running.set(name, release);
    this.request = {
      id,
      environment: 'local',
      cluster: 'local',
      app: 'shop',
      actor: 'ann',
      requestHash: 'h',
      requestedAt: this.now,
      services: Object.entries(needs).map(([name, those]) => ({
        name,
        needs: those,
        service: `local/shop-${name}`,
        ecsName: `shop-${name}`,
        deployment: `dep_${name}`,
        rollback: `dep_${name}_back`,
      })),
    };
  }

  readonly #engine = createEngine({
    store: this.store,
    clock: { now: () => this.now },
    alarms: { ring: async () => {} },
    log: silentLog,
    owner: 'test',
    members: {
      application: applicationMember({ store: this.store }),
      deployment: passive(fakeDeployments),
      service: passive(fakeServices),
    },
  });

  async start(settingBytes = 0) {
    for (const { name, deployment, service, ecsName } of this.request.services) {
      const { environment, cluster, app, actor, requestedAt } = this.request;
      const spec = {
        image: 'a',
        cpuUnits: 256,
        memoryMiB: 512,
        environment: { A: 'x'.repeat(settingBytes) },
        secrets: {},
      };
      const settings = {
        minimumHealthyPercent: 100,
        maximumPercent: 200,
        circuitBreaker: true,
        timeoutSeconds: 1,
      };
      const content: DeploymentRequest = {
        ...{ id: deployment, service, environment, cluster, ecsName, app, name, actor, requestedAt },
        what: { type: 'content', hash: name, spec, settings },
        whenBusy: 'supersede',
        requestHash: 'h',
        notify: ref,
      };
      await this.store.put(contentRecord(this.request, content, this.now), 'absent');
    }
    await this.tell(ref, { type: 'create', request: this.request });
  }

  tell(to: Ref, message: object, messageId = `m${this.#messages++}`) {
    return this.#engine.deliver(to, message, messageId);
  }

  /** Everybody looks who is due; what was asked for meanwhile is noted. */
  async look() {
    await this.#engine.wake([ref]);
    for (const { deployment, rollback } of this.request.services)
      for (const one of [deployment, rollback])
        if (!this.#sent.has(one) && (await this.deployment(one))) {
          this.#sent.add(one);
          this.created.push(one);
        }
  }

  async sweep() {
    this.now += 10 * 60_000;
    await this.look();
  }

  async deployment(one: string): Promise<FakeDeployment | undefined> {
    return (await this.store.load({ kind: 'deployment', id: one }))?.state as FakeDeployment | undefined;
  }

  async state(): Promise<ApplicationState> {
    return (await this.store.load(ref))?.state as ApplicationState;
  }

  async underWay(): Promise<string[]> {
    const all = await Promise.all(this.created.map((one) => this.deployment(one)));
    return all.flatMap((one) => (one && one.at.phase !== 'ended' ? [one.request.id] : []));
  }

  /** Ends a deployment as told, with what that does to its service; says so so many times. */
  async finish(one: string, verdict: Verdict, told = 1, isChange = true) {
    const there = await this.deployment(one);
    if (!there) throw new Error(`${one} was not asked for`);
    const { name, service, what } = there.request;
    const before = this.running.get(name);
    const release = what.type === 'rollback' ? Number(what.release) : (before ?? 0) + (isChange ? 1 : 0);
    if (verdict === 'succeeded') this.running.set(name, release);
    if (verdict === 'superseded') this.running.set(name, 99);
    const owner = verdict === 'superseded' ? 'dep_other' : one;
    this.owner.set(name, owner);
    await this.tell(
      { kind: 'service', id: service },
      {
        type: 'be',
        state: { queue: [], target: { deployment: owner } },
      },
    );
    const finish = { type: 'finish', verdict, release, ...(before !== undefined && { before }) };
    await this.tell({ kind: 'deployment', id: one }, finish);
    for (let time = 0; time < told; time++) await this.hint(one, `ended/${one}`);
  }

  hint = (deployment: string, messageId?: string) =>
    this.tell(ref, { type: 'deployment_ended', deployment, verdict: 'succeeded', reason: '' }, messageId);
}

const chain = { db: [], api: ['db'], web: ['api'] };

describe('an application', () => {
  it('deploys each service when those it needs have succeeded, and succeeds with the last', async () => {
    const world = new World({ web: ['api', 'worker'], api: [], worker: [] }, { api: 3 });
    await world.start();
    await world.look();
    expect(world.created.toSorted()).toEqual(['dep_api', 'dep_worker']);
    await world.finish('dep_api', 'succeeded');
    await world.look();
    expect(world.created).toHaveLength(2);
    await world.finish('dep_worker', 'succeeded');
    await world.look();
    expect(world.created).toHaveLength(3);
    await world.finish('dep_web', 'succeeded');
    await world.look();
    expect((await world.state()).at).toMatchObject({
      phase: 'ended',
      verdict: 'succeeded',
      reason: 'all 3 services of shop succeeded',
    });
  });

  it('goes back in reverse order, each step after the one before it', async () => {
    const world = new World({ ...chain, last: ['web'] }, { db: 1, api: 2, web: 3 });
    await world.start();
    for (const name of ['db', 'api']) {
      await world.look();
      await world.finish(`dep_${name}`, 'succeeded');
    }
    await world.look();
    await world.finish('dep_web', 'rolled_back');
    await world.look();
    expect(world.created).toEqual(['dep_db', 'dep_api', 'dep_web', 'dep_api_back']);
    expect((await world.deployment('dep_api_back'))?.request).toMatchObject({
      what: { type: 'rollback', release: 2 },
      whenBusy: 'queue',
    });
    await world.sweep();
    expect(world.created).toHaveLength(4);
    await world.finish('dep_api_back', 'succeeded');
    await world.look();
    expect(world.created.at(-1)).toBe('dep_db_back');
    await world.finish('dep_db_back', 'succeeded');
    await world.look();
    const { at } = await world.state();
    expect(at).toMatchObject({ verdict: 'rolled_back', cause: { service: 'web', code: 'failed' } });
    expect(at).toHaveProperty(
      'reason',
      'web was rolled back: web rolled_back; db is back at v1; api is back at v2; last never began',
    );
    expect([...world.running]).toEqual([
      ['db', 1],
      ['api', 2],
      ['web', 3],
    ]);
  });

  it('ends those under way when one fails, and takes back what had succeeded', async () => {
    const world = new World({ api: [], web: [], worker: [] }, { api: 1, web: 1, worker: 1 });
    await world.start();
    await world.look();
    await world.finish('dep_api', 'succeeded');
    await world.finish('dep_web', 'rolled_back');
    await world.look();
    expect((await world.deployment('dep_worker'))?.isAborted).toBe(true);
    expect(world.created).not.toContain('dep_api_back');
    await world.finish('dep_worker', 'cancelled');
    await world.look();
    await world.finish('dep_api_back', 'succeeded');
    await world.look();
    expect((await world.state()).at).toMatchObject({ verdict: 'rolled_back' });
  });

  it('is loud where a roll-back fails, and leaves what is needed there', async () => {
    const world = new World(chain, { db: 1, api: 1, web: 1 });
    await world.start();
    for (const name of ['db', 'api']) {
      await world.look();
      await world.finish(`dep_${name}`, 'succeeded');
    }
    await world.look();
    await world.finish('dep_web', 'rolled_back');
    await world.look();
    await world.finish('dep_api_back', 'failed');
    await world.look();
    const { at } = await world.state();
    expect(at).toMatchObject({ verdict: 'failed' });
    expect(at).toHaveProperty(
      'reason',
      expect.stringMatching(/^THE ROLL-BACK FAILED for api: web was rolled back/),
    );
    expect(at).toHaveProperty('reason', expect.stringContaining('db STAYS as it is: api needs it'));
  });

  it.each<[string, Readonly<Record<string, number>>, Verdict, string, string]>([
    ['what is new has nothing to go back to', {}, 'failed', 'failed', 'db STAYS as it is: it is new'],
    ['somebody else’s deployment is left', { db: 1 }, 'superseded', 'superseded', 'db is back at v1'],
    ['somebody ended one', { db: 1 }, 'cancelled', 'cancelled', 'db is back at v1'],
  ])('says how it ends: %s', async (_, running, verdict, expected, words) => {
    const world = new World({ db: [], api: ['db'] }, running);
    await world.start();
    await world.look();
    await world.finish('dep_db', 'succeeded');
    await world.look();
    await world.finish('dep_api', verdict);
    await world.look();
    if (running.db !== undefined) await world.finish('dep_db_back', 'succeeded');
    await world.look();
    const { at } = await world.state();
    expect(at).toMatchObject({ verdict: expected });
    expect(at).toHaveProperty('reason', expect.stringContaining(words));
  });

  it('goes over nobody’s head: not when it begins to go back, nor when it would have to wait', async () => {
    const world = new World({ db: [], other: [], api: ['db', 'other'] }, { db: 1, other: 1, api: 1 });
    await world.start();
    await world.look();
    for (const name of ['db', 'other']) await world.finish(`dep_${name}`, 'succeeded');
    await world.look();
    await world.tell(
      { kind: 'service', id: 'local/shop-other' },
      {
        type: 'be',
        state: { queue: [], holder: { deployment: 'dep_bob' }, target: { deployment: 'dep_other' } },
      },
    );
    await world.finish('dep_api', 'rolled_back');
    await world.look();
    expect(world.created).toEqual(['dep_db', 'dep_other', 'dep_api', 'dep_db_back']);
    await world.tell({ kind: 'deployment', id: 'dep_db_back' }, { type: 'wait', behind: 'dep_bob2' });
    await world.sweep();
    expect((await world.deployment('dep_db_back'))?.isAborted).toBe(true);
    await world.finish('dep_db_back', 'cancelled');
    await world.look();
    expect((await world.state()).at).toMatchObject({
      verdict: 'rolled_back',
      reason: expect.stringMatching(/db was left: dep_bob2 has it now; other was left: dep_bob has it now/),
    });
  });

  it('leaves alone what had not changed', async () => {
    const world = new World({ db: [], api: ['db'] }, { db: 1, api: 1 });
    await world.start();
    await world.look();
    await world.finish('dep_db', 'succeeded', 1, false);
    await world.look();
    await world.finish('dep_api', 'rolled_back');
    await world.look();
    expect((await world.state()).at).toMatchObject({
      verdict: 'rolled_back',
      reason: expect.stringContaining('db was left: it had not changed'),
    });
    expect(world.created).not.toContain('dep_db_back');
  });

  it('is cancelled by a person, and takes back what it has done', async () => {
    const world = new World(chain, { db: 1, api: 1, web: 1 });
    await world.start();
    await world.look();
    await world.finish('dep_db', 'succeeded');
    await world.look();
    await world.tell(ref, { type: 'abort', actor: 'bob', reason: 'wrong branch' });
    await world.look();
    expect((await world.deployment('dep_api'))?.isAborted).toBe(true);
    await world.finish('dep_api', 'cancelled');
    await world.look();
    await world.finish('dep_db_back', 'succeeded');
    await world.look();
    expect((await world.state()).at).toMatchObject({
      verdict: 'cancelled',
      reason: expect.stringMatching(
        /^cancelled by bob: wrong branch; db is back at v1; api was left: .*; web never began$/,
      ),
    });
  });

  it('holds services of the largest size, several at a time', async () => {
    const world = new World(Object.fromEntries(Array.from({ length: 12 }, (_, place) => [`s${place}`, []])));
    await world.start(60_000);
    await world.look();
    await world.look();
    expect(await world.underWay()).toHaveLength(10);
    for (const { deployment } of world.request.services) {
      await world.finish(deployment, 'succeeded');
      await world.look();
    }
    expect((await world.state()).at).toMatchObject({ verdict: 'succeeded' });
  });

  it('sends no more than it can hold while nobody hears', async () => {
    const world = new World(Object.fromEntries(Array.from({ length: 10 }, (_, place) => [`s${place}`, []])));
    await world.start(60_000);
    world.isDeaf = true;
    for (let time = 0; time < 12; time++) await world.sweep();
    expect(JSON.stringify(await world.store.load(ref)).length).toBeLessThan(200_000);
    world.isDeaf = false;
    for (let time = 0; time < 3; time++) await world.sweep();
    expect(await world.underWay()).toHaveLength(10);
  });

  it('has failed where only some of it could go back', async () => {
    const world = new World({ db: [], other: [], api: ['db', 'other'] }, { db: 1 });
    await world.start();
    await world.look();
    for (const name of ['db', 'other']) await world.finish(`dep_${name}`, 'succeeded');
    await world.look();
    await world.finish('dep_api', 'rolled_back');
    await world.look();
    await world.finish('dep_db_back', 'succeeded');
    await world.look();
    expect((await world.state()).at).toMatchObject({
      verdict: 'failed',
      reason: expect.stringMatching(/; db is back at v1; other STAYS as it is: it is new/),
    });
  });

  it('gives up one day what never ends', async () => {
    const world = new World({ db: [] }, { db: 1 });
    await world.start();
    await world.look();
    world.now += 15 * 24 * 3_600_000;
    await world.look();
    expect((await world.deployment('dep_db'))?.isAborted).toBe(true);
    world.now += 4 * 24 * 3_600_000;
    await world.look();
    await world.look();
    expect((await world.state()).at).toMatchObject({ verdict: 'failed' });
  });
});

const names = ['a', 'b', 'c', 'd'] as const;
/** A service needs some of those before it, so that there is no circle. */
const graphs = fc
  .tuple(fc.subarray(names.slice(0, 1)), fc.subarray(names.slice(0, 2)), fc.subarray(names.slice(0, 3)))
  .map(([b, c, d]) => ({ d, b, a: [] as string[], c }));
const ends = fc.record(
  Object.fromEntries(
    names.map((name) => [
      name,
      fc.constantFrom<Verdict>('succeeded', 'succeeded', 'succeeded', 'rolled_back', 'failed', 'superseded'),
    ]),
  ),
);

/** Plays an application to its end: who ends next, how often that is told, and when anybody looks, is drawn. */
async function play(
  needs: Readonly<Record<string, readonly string[]>>,
  verdicts: Readonly<Record<string, Verdict>>,
  draws: readonly number[],
) {
  const world = new World(needs, { a: 1, b: 1, c: 1, d: 1 });
  let place = 0;
  const draw = (below: number) => (draws[place++ % draws.length] ?? 0) % below;
  await world.start();
  for (let round = 0; round < 60 && (await world.state()).at.phase !== 'ended'; round++) {
    const told = draw(4);
    const [one, ...rest] = await world.underWay();
    if (one === undefined || draw(3) === 0) await world.sweep();
    const which = [one, ...rest][draw(rest.length + 1)];
    const there = which === undefined ? undefined : await world.deployment(which);
    if (which === undefined || !there || there.at.phase === 'ended') continue;
    const isBack = there.request.what.type === 'rollback';
    const meant = isBack ? 'succeeded' : (verdicts[there.request.name] ?? 'succeeded');
    await world.finish(which, there.isAborted && meant === 'succeeded' ? 'cancelled' : meant, told);
    if (told > 1) await world.hint('dep_a', 'early');
    if (told > 0) await world.look();
  }
  await world.sweep();
  return world;
}

describe('whatever is lost, repeated or late', () => {
  it('begins nothing before what it needs, goes back in reverse, and leaves all or nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        graphs,
        ends,
        fc.array(fc.nat(1000), { minLength: 5 }),
        async (needs, verdicts, draws) => {
          const world = await play(needs, verdicts, draws);
          const { at, parts } = await world.state();
          expect(at.phase).toBe('ended');
          const order = (one: string) => world.created.indexOf(one);
          for (const [name, those] of Object.entries(needs))
            for (const needed of those) {
              if (order(`dep_${name}`) >= 0) expect(parts[needed]?.ended?.verdict).toBe('succeeded');
              if (order(`dep_${name}_back`) >= 0 && order(`dep_${needed}_back`) >= 0)
                expect(order(`dep_${name}_back`)).toBeLessThan(order(`dep_${needed}_back`));
            }
          const isGood = at.phase === 'ended' && at.verdict === 'succeeded';
          for (const name of names) {
            const verdict = parts[name]?.ended?.verdict;
            if (verdict === 'superseded') expect(world.running.get(name)).toBe(99);
            else expect(world.running.get(name)).toBe(isGood ? 2 : 1);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('comes to the same end in a row, however it was told of', async () => {
    const row = { a: [], b: ['a'], c: ['b'], d: ['c'] };
    await fc.assert(
      fc.asyncProperty(ends, fc.array(fc.nat(1000), { minLength: 5 }), async (verdicts, draws) => {
        const plain = await play(row, verdicts, [1]);
        const disturbed = await play(row, verdicts, draws);
        const told = async (world: World) =>
          JSON.stringify((await world.state()).at, (key, value) => (/At$/.test(key) ? 0 : value));
        expect(await told(disturbed)).toBe(await told(plain));
        expect(disturbed.created).toEqual(plain.created);
      }),
      { numRuns: 100 },
    );
  });
});
