import { describe, expect, it } from 'vitest';
import type { EvidencePageView } from '../../core/contract/deployment-views.ts';
import type { DeploymentView, LedgerEntryView, PageView } from '../../core/contract/views.ts';
import type { CourseState } from '../../core/deployments/course/model.ts';
import { openJudge, verdictOf, weigh } from '../../core/deployments/judge/judge.ts';
import type { Evidence } from '../../core/deployments/judge/model.ts';
import type { DeploymentState } from '../../core/deployments/model.ts';
import { deploymentRef, evidenceRecord } from '../../core/deployments/records.ts';
import { startApi, type TestApi } from '../../test/support/api.ts';

const steps = [
  { traffic: '5%', for: '5m' },
  { traffic: '25%', for: '10m', approval: true },
];

/** A worker whose second release is tried beside it: v1 has succeeded, v2 is at the step that is given. */
async function atStep(deploy: object, course: Partial<CourseState> = { step: 0 }) {
  const api = startApi();
  await deployed(api, 'acme/shop:1', {});
  const { id } = await deployed(api, 'acme/shop:2', { strategy: 'canary', steps, ...deploy });
  await put(api, id, course);
  return { api, id };
}

async function deployed(api: TestApi, image: string, deploy: object) {
  const spec = { image, count: 4, deploy };
  const body = { environment: 'local', app: 'shop', service: 'worker', spec, actor: 'ann' };
  const answer = await api.ask<DeploymentView>({ method: 'POST', path: '/deployments', body });
  expect(answer).toMatchObject({ status: 202 });
  await api.settle();
  return answer.body;
}

/** Puts a deployment that is being tried where time and traffic would have brought it. */
async function put(api: TestApi, id: string, course: Partial<CourseState>) {
  const item = (await api.store.load(deploymentRef(id)))!;
  const state = item.state as DeploymentState;
  if (state.at.phase !== 'trying') throw new Error(`it is ${state.at.phase}`);
  const there = { ...state.at.course, since: Date.now(), percent: 5, ...course };
  const next = {
    ...item,
    revision: item.revision + 1,
    state: { ...state, at: { ...state.at, course: there } },
  };
  expect(await api.store.commit(next, item.revision)).toBe('committed');
}

const say = (api: TestApi, id: string, what: string, body: object = {}) =>
  api.ask<DeploymentView & { detail: string }>({ method: 'POST', path: `/deployments/${id}/${what}`, body });
const look = (api: TestApi, id: string, query = '') =>
  api.ask<DeploymentView>({ path: `/deployments/${id}`, query });

describe('what people say to a deployment', () => {
  it('is taken in, shown, and stands in the ledger', async () => {
    const { api, id } = await atStep({});
    const paused = await say(api, id, 'pause', { actor: 'bob', reason: 'lunch' });
    expect(paused).toMatchObject({ status: 202, body: { paused: { actor: 'bob', reason: 'lunch' } } });
    expect((await look(api, id)).body).toMatchObject({
      phase: 'trying',
      course: {
        strategy: 'canary',
        step: 0,
        steps: [{ state: 'now' }, { state: 'next', approval: true }],
      },
      paused: { actor: 'bob' },
    });
    expect((await say(api, id, 'pause', { actor: 'carl' })).body).toMatchObject({ paused: { actor: 'bob' } });
    const resumed = await say(api, id, 'resume', { actor: 'bob' });
    expect(resumed.body).not.toHaveProperty('paused');
    expect((await say(api, id, 'skip', { actor: 'dora' })).body).toMatchObject({
      skipped: { actor: 'dora' },
    });
    expect((await say(api, id, 'promote')).body).toMatchObject({ promoted: { actor: 'api' } });
    await api.settle();
    const { body } = await api.ask<PageView<LedgerEntryView>>({
      path: `/deployments/${id}/ledger`,
      query: 'limit=100',
    });
    const inputs = body.items.flatMap((entry) => entry.inputs);
    expect(inputs).toEqual(expect.arrayContaining(['pause', 'resume', 'skip', 'promote']));
  });

  it('an abort keeps its reason', async () => {
    const { api, id } = await atStep({});
    const { status, body } = await say(api, id, 'abort', { actor: 'bob', reason: 'wrong branch' });
    expect({ status, ...body }).toMatchObject({
      status: 202,
      aborted: { actor: 'bob', reason: 'wrong branch' },
    });
  });

  it('a step that wants approval has it from somebody else than who deploys', async () => {
    const { api, id } = await atStep({}, { step: 1 });
    expect(await say(api, id, 'approve', { actor: 'ann' })).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('ann asked for this deployment') },
    });
    expect(await say(api, id, 'approve')).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('send `actor`') },
    });
    expect(await say(api, id, 'approve', { actor: 'bob' })).toMatchObject({
      status: 202,
      body: { approvals: [{ actor: 'bob' }] },
    });
  });

  it('where the judge asks for a person, who deploys may answer', async () => {
    const held = { code: 'undecided', text: 'no verdict in time, so a person has to say', since: 1 };
    const { api, id } = await atStep({ steps: [steps[0]] }, { step: 0, held });
    expect((await look(api, id)).body.waits).toMatchObject({
      code: 'undecided',
      text: /a person has to say/,
    });
    expect((await say(api, id, 'resume')).body.detail).toMatch(
      /was not paused by anybody; no verdict in time/,
    );
    expect((await say(api, id, 'approve', { actor: 'ann' })).status).toBe(202);
  });

  it.each<[string, string, RegExp, object, Partial<CourseState>?]>([
    ['approve', 'where nobody asked', /nothing of dep_\w+ asks for approval/, { steps: [steps[0]] }],
    ['resume', 'what is not paused', /is not paused/, {}],
    ['skip', 'before the first step', /is at no step now/, {}, { step: -1, since: undefined as never }],
  ])('%s is refused %s', async (what, _, detail, deploy, course = { step: 0 }) => {
    const { api, id } = await atStep(deploy, course);
    const before = (await look(api, id)).body.version;
    expect(await say(api, id, what, { actor: 'bob' })).toMatchObject({ status: 409, body: { detail } });
    expect((await look(api, id)).body.version).toBe(before);
  });

  it.each(['approve', 'promote', 'skip', 'pause', 'resume', 'abort'])(
    '%s is refused once it has ended, and for what is not there',
    async (what) => {
      const api = startApi();
      const { id } = await deployed(api, 'acme/shop:1', {});
      expect(await say(api, id, what, { actor: 'bob' })).toMatchObject({
        status: 409,
        body: { detail: `${id} has ended already: succeeded` },
      });
      const nobody = `dep_${'0'.repeat(26)}`;
      expect((await say(api, nobody, what)).status).toBe(404);
      expect(await say(api, id, what, { because: 'x' })).toMatchObject({ status: 400 });
      expect(await say(api, id, what, { reason: 'x\u001b[2J' })).toMatchObject({ status: 400 });
    },
  );

  it('what rolls in one step cannot be paused or promoted', async () => {
    const api = startApi();
    const { id } = await deployed(api, 'acme/shop:1', { gates: { approval: true } });
    for (const what of ['pause', 'promote'])
      expect((await say(api, id, what)).body.detail).toMatch(/has no steps and no bake/);
  });
});

describe('a look that knows the version', () => {
  it('is told that nothing has changed, and the whole once something has', async () => {
    const { api, id } = await atStep({});
    const { body: first } = await look(api, id);
    expect(first).not.toHaveProperty('unchanged');
    const { body: same } = await look(api, id, `since=${first.version}`);
    expect(same).toMatchObject({ unchanged: true, retryAfterMs: 1000, version: first.version });
    await say(api, id, 'pause', { actor: 'bob' });
    const { body: other } = await look(api, id, `since=${first.version}`);
    expect(other).not.toHaveProperty('unchanged');
    expect(other.paused).toMatchObject({ actor: 'bob' });
  });

  it('waits for news where it is asked to, and is told at once of what has ended', async () => {
    const { api, id } = await atStep({});
    const { body: first } = await look(api, id);
    const waiting = look(api, id, `since=${first.version}&wait=15`);
    await say(api, id, 'pause', { actor: 'bob' });
    expect((await waiting).body).toMatchObject({ paused: { actor: 'bob' } });
    const over = startApi();
    const { id: ended } = await deployed(over, 'acme/shop:1', {});
    const { body } = await look(over, ended);
    expect((await look(over, ended, `since=${body.version}&wait=15`)).body).toEqual(body);
  });

  it.each(['since=-1', 'since=x', 'wait=16', 'wait=1.5', 'wait=', 'until=1'])(
    '%s is refused',
    async (query) => {
      const { api, id } = await atStep({});
      expect((await look(api, id, query)).status).toBe(400);
    },
  );
});

describe('the evidence of a deployment', () => {
  const minute = 60_000;
  const interval = (place: number, errors: { canary: number; baseline: number }): Evidence => ({
    fromMs: place * minute,
    toMs: (place + 1) * minute,
    share: 0.05,
    requests: { canary: 300, baseline: 5700 },
    errors: { ...errors, counted: 'episodes' },
  });

  async function judged(evidence: readonly Evidence[]) {
    const { api, id } = await atStep({ judge: { traffic: false, exits: false } });
    const state = (await api.store.load(deploymentRef(id)))?.state as DeploymentState;
    const plan = state.request.what.type === 'content' ? state.request.what.course?.judge : undefined;
    const { settings } = plan!;
    const known = evidence.reduce(
      (before, one) => weigh(settings, before, one),
      openJudge(settings, { tasks: { canary: 1, baseline: 4 }, share: 0.05 }),
    );
    const verdict = verdictOf(settings, known);
    const untilMs = evidence.at(-1)?.toMs ?? 0;
    const judgement = {
      sinceMs: 0,
      state: known,
      untilMs,
      intervals: evidence.length,
      verdict,
      foreseen: ['a doubled error rate'],
    };
    await put(api, id, { step: 0, judgement });
    for (const one of evidence) await api.store.put(evidenceRecord(id, one), 'absent');
    const page = (query = '') => api.ask<EvidencePageView>({ path: `/deployments/${id}/evidence`, query });
    return { api, id, page };
  }

  it('comes newest first, with the verdict that it comes to, weighed anew', async () => {
    const bad = Array.from({ length: 6 }, (_, place) => interval(place, { canary: 30, baseline: 6 }));
    const { page, api, id } = await judged(bad);
    const { body } = await page('limit=2');
    expect(body).toMatchObject({
      agrees: true,
      judgement: {
        verdict: 'worse',
        of: 'errors',
        intervals: 6,
        foreseen: ['a doubled error rate'],
        dryRun: false,
      },
      items: [
        { from: '1970-01-01T00:05:00.000Z', errors: { canary: 30 } },
        { from: '1970-01-01T00:04:00.000Z' },
      ],
    });
    const measure = body.items[0]?.measures.find(({ of }) => of === 'errors');
    expect(measure?.e).toBeGreaterThan(measure?.threshold ?? Number.POSITIVE_INFINITY);
    const rest = await page(`limit=100&after=${body.next}`);
    expect(rest.body.items).toHaveLength(4);
    expect(rest.body).not.toHaveProperty('next');
    expect((await look(api, id)).body.judgement).toMatchObject({ verdict: 'worse' });
  });

  it('that was changed since comes to another verdict, and that is said', async () => {
    const { page, api, id } = await judged([interval(0, { canary: 0, baseline: 6 })]);
    expect((await page()).body).toMatchObject({ agrees: true });
    for (let place = 1; place < 7; place++)
      await api.store.put(evidenceRecord(id, interval(place, { canary: 60, baseline: 6 })), 'absent');
    expect((await page()).body).toMatchObject({ agrees: false, judgement: { verdict: 'worse' } });
  });

  it('of a deployment that is not judged is none', async () => {
    const api = startApi();
    const { id } = await deployed(api, 'acme/shop:1', {});
    const page = await api.ask({ path: `/deployments/${id}/evidence` });
    expect(page).toMatchObject({ status: 200, body: { items: [] } });
    const { page: ask } = await judged([]);
    expect(await ask('after=x')).toMatchObject({ status: 400, body: { errors: [{ path: '/query/after' }] } });
  });
});

describe('jobs and webhooks of a deployment', () => {
  const create = (environment: string, spec: object, jobs?: object) => {
    const api = startApi();
    const body = { environment, app: 'shop', service: 'worker', spec, ...(jobs && { jobs }) };
    return api.ask({ method: 'POST', path: '/deployments', body });
  };

  it('a job that is named has to be described beside it', async () => {
    const spec = { image: 'acme/shop:1', deploy: { before: ['migrate'] } };
    expect(await create('local', spec)).toMatchObject({
      status: 400,
      body: {
        errors: [{ path: '/spec/deploy/before/0', detail: /names the job "migrate", and `jobs` has none/ }],
      },
    });
    expect((await create('local', spec, { migrate: { command: 'node migrate.mjs' } })).status).toBe(202);
  });

  it('a webhook without encryption is for this machine alone', async () => {
    const webhooks = [{ name: 'ready', url: 'http://127.0.0.1:9/ready' }];
    const spec = { image: 'acme/shop:1', deploy: { gates: { webhooks } } };
    expect((await create('local', spec)).status).toBe(202);
    expect(await create('cloud', spec)).toMatchObject({
      status: 400,
      body: { errors: [{ path: '/spec/deploy/gates/webhooks/0/url' }] },
    });
  });
});
