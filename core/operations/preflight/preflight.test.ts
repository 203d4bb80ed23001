import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../../test/support/api.ts';
import { parse } from '../../contract/parse.ts';
import { serviceManifest } from '../../contract/service-manifest.ts';
import type { AdoptionView, DeploymentView, DriftView, PlanView, ReleaseView } from '../../contract/views.ts';
import type {
  Inspected,
  InspectedContainer,
  InspectedDefinition,
  InspectedService,
} from '../../ecs/inspected.ts';
import type { ServiceState } from '../../services/model.ts';
import { adoptionOf } from './adoption.ts';
import { changesBetween } from './changes.ts';

const digest = `sha256:${'ab'.repeat(32)}`;
const taskDefinitionArn = 'arn:aws:ecs:eu-central-1:000000000000:task-definition/somebody-web:7';
const spec = { image: 'ghcr.io/acme/shop:1.4.2', count: 2 };
const body = { environment: 'cloud', app: 'shop', service: 'web', spec };

const container: InspectedContainer = {
  ...{
    name: 'app',
    image: 'ghcr.io/acme/shop:1.4.1',
    essential: true,
    ports: [8080],
    labels: {},
    besides: [],
  },
  environment: { LEVEL: 'info' },
  secrets: {},
};
const definition: InspectedDefinition = {
  ...{ arn: taskDefinitionArn, status: 'ACTIVE', cpuUnits: 256, memoryMiB: 512, volumes: 0 },
  ...{ architecture: 'X86_64', containers: [container] },
};
const live: InspectedService = {
  ...{ serviceArn: 'arn', status: 'ACTIVE', taskDefinitionArn, desiredCount: 2, runningCount: 2 },
  ...{ launchType: 'FARGATE', capacityProviders: [], controller: 'ECS', scheduling: 'REPLICA' },
  ...{ minimumHealthyPercent: 50, maximumPercent: 200, circuitBreaker: false, strategy: 'ROLLING' },
  network: { subnets: ['subnet-9'], securityGroups: ['sg-9'], publicIp: true },
  loadBalancers: [{ targetGroupArn: 'arn:tg', containerName: 'app', containerPort: 8080 }],
  deployments: [{ id: 'ecs-svc/7', status: 'PRIMARY', rolloutState: 'COMPLETED' }],
  tags: {},
};
const inspected = (more: Partial<InspectedService> = {}): Inspected => ({
  seen: 'service',
  service: { ...live, ...more },
  definition,
});

/** As the deployment of `body` leaves it. */
const asWanted: Partial<InspectedService> = {
  taskDefinitionArn: 'arn:aws:ecs:eu-central-1:000000000000:task-definition/shop-web:1',
  network: { subnets: ['subnet-1'], securityGroups: [], publicIp: false },
  ...{ minimumHealthyPercent: 100, circuitBreaker: true, loadBalancers: [] },
  tags: { 'berth:service': 'cloud/shop-web' },
};

let api: TestApi;
beforeEach(() => {
  api = startApi();
});

const plan = async (more: object = {}) =>
  (await api.ask<PlanView>({ method: 'POST', path: '/plan', body: { ...body, ...more } })).body;
const post = <Body>(path: string, said: object = {}) => api.ask<Body>({ method: 'POST', path, body: said });
const ofService = '/environments/cloud/services/shop-web';

describe('a plan', () => {
  it('tells what is new, in which steps, and changes nothing', async () => {
    api.imageFindings.set(spec.image, { is: 'found', digest, pinned: `${spec.image}@${digest}` });
    const found = await plan({
      spec: { ...spec, environment: { LEVEL: 'debug' }, secrets: { URL: 'shop/url' } },
    });
    expect(found).toMatchObject({ outcome: 'changes', release: 1, isNew: true, count: 2, refusals: [] });
    expect(found.changes).toEqual(
      expect.arrayContaining([
        { path: 'image', to: `${spec.image}@${digest}` },
        { path: 'environment.LEVEL', to: 'debug' },
        { path: 'secrets.URL', to: 'shop/url' },
      ]),
    );
    expect(found.steps.map(({ text }) => text).join()).toMatch(/2 tasks started/);
    expect(found.checks.map(({ name, result }) => `${name} ${result}`)).toEqual(
      expect.arrayContaining([
        'image ok',
        'secret not_checked',
        'rollout ok',
        'quota not_checked',
        'role problem',
      ]),
    );
    expect((await api.ask({ path: ofService })).status).toBe(404);
  });

  it('has nothing to do after its deployment, and tells what would be done the next time', async () => {
    await post('/deployments', body);
    await api.settle();
    expect(await plan()).toMatchObject({ outcome: 'changes', changes: [], drift: [{ what: 'service' }] });
    api.inspections.set('shop-web', inspected(asWanted));
    expect(await plan()).toMatchObject({ outcome: 'nothing', release: 1, isNew: false, changes: [] });
    const next = await plan({ spec: { image: 'ghcr.io/acme/shop:1.4.3', cpu: 512, memory: 1024, count: 3 } });
    expect(next).toMatchObject({ outcome: 'changes', before: 1, release: 2 });
    expect(next.changes).toEqual([
      { path: 'release', from: 'v1', to: 'v2' },
      { path: 'image', from: 'ghcr.io/acme/shop:1.4.2', to: 'ghcr.io/acme/shop:1.4.3' },
      { path: 'cpuUnits', from: '256', to: '512' },
      { path: 'memoryMiB', from: '512', to: '1024' },
      { path: 'count', from: '2', to: '3' },
    ]);
  });

  it('says what would be refused, as the deployment would', async () => {
    const never = { ...spec, count: undefined, port: 8080 };
    const found = await plan({ spec: never });
    expect(found).toMatchObject({ outcome: 'refused', refusals: [{ path: '/spec/listen' }] });
    const refused = await post('/deployments', { ...body, spec: never });
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ path: '/spec/listen' }] } });
  });
});

describe('an image', () => {
  it('is pinned to its digest when its deployment is accepted; the moved tag is another release', async () => {
    api.imageFindings.set(spec.image, { is: 'found', digest, pinned: `${spec.image}@${digest}` });
    const first = await post<DeploymentView>('/deployments', body);
    expect(first.body.image).toEqual({ written: spec.image, pinned: `${spec.image}@${digest}` });
    await api.settle();
    const moved = `sha256:${'cd'.repeat(32)}`;
    api.imageFindings.set(spec.image, { is: 'found', digest: moved, pinned: `${spec.image}@${moved}` });
    await post('/deployments', body);
    await api.settle();
    const { items } = (await api.ask<{ items: ReleaseView[] }>({ path: `${ofService}/releases` })).body;
    expect(items.map(({ image }) => image)).toEqual([`${spec.image}@${moved}`, `${spec.image}@${digest}`]);
  });

  it('is taken as written where nobody can be asked, and refused where it is not there', async () => {
    const written = await post<DeploymentView>('/deployments', body);
    expect(written.body.image).toEqual({ written: spec.image, because: 'no registry is asked here' });
    api.imageFindings.set('ghcr.io/acme/shop:9', { is: 'missing', text: 'ghcr.io has no acme/shop:9' });
    const gone = { ...body, spec: { image: 'ghcr.io/acme/shop:9' } };
    expect(await post('/deployments', gone)).toMatchObject({
      status: 400,
      body: { errors: [{ path: '/spec/image' }] },
    });
    expect(await plan({ spec: gone.spec })).toMatchObject({ outcome: 'refused' });
  });
});

describe('a service that somebody else made', () => {
  beforeEach(() => {
    api.inspections.set('shop-web', inspected());
  });

  it('is not deployed to before it was taken over', async () => {
    const refused = await post('/deployments', body);
    expect(refused).toMatchObject({ status: 409, body: { errors: [{ path: '/service' }] } });
    expect(JSON.stringify(refused.body)).toContain('berth adopt shop-web');
    expect((await post<AdoptionView>(`${ofService}/adopt`)).status).toBe(200);
    expect((await post('/deployments', body)).status).toBe(202);
  });

  it('that has Berth’s tag, of the very same service, is Berth’s own', async () => {
    api.inspections.set('shop-web', inspected({ tags: { 'berth:service': 'cloud/shop-web' } }));
    expect((await post('/deployments', body)).status).toBe(202);
    api.inspections.set('shop-api', inspected({ tags: { 'berth:service': 'other/shop-api' } }));
    expect((await post('/deployments', { ...body, service: 'api' })).status).toBe(409);
  });

  it('is told as a manifest would have it', async () => {
    const { body: adopted } = await post<AdoptionView>(`${ofService}/adopt`, { actor: 'anna' });
    expect(adopted).toMatchObject({ app: 'shop', name: 'web', release: 1, count: 2 });
    expect(adopted.manifest).toMatchObject({
      image: 'ghcr.io/acme/shop:1.4.1',
      port: 8080,
      environment: { LEVEL: 'info' },
      deploy: { minimumHealthyPercent: 50, circuitBreaker: false },
    });
    expect(adopted.notes.join()).toContain('arn:tg');
    await api.settle();
    expect(api.ecs.writes).toBe(0);
    expect((await api.ask<DriftView>({ path: `${ofService}/drift` })).body).toMatchObject({ state: 'none' });
    expect((await post(`${ofService}/adopt`)).status).toBe(409);
  });

  it('stays behind what it was found behind, until its manifest says otherwise', async () => {
    const { body: adopted } = await post<AdoptionView>(`${ofService}/adopt`);
    const next = await plan({ spec: adopted.manifest });
    expect(next.changes.map(({ path }) => path)).toEqual(['release', 'found.loadBalancers']);
    expect(next.checks).toContainEqual(expect.objectContaining({ name: 'load_balancer', result: 'ok' }));
    await post('/deployments', { ...body, spec: adopted.manifest });
    await api.settle();
    const state = (await api.store.load({ kind: 'service', id: 'cloud/shop-web' }))?.state as ServiceState;
    expect(state.target).toMatchObject({
      release: { number: 2 },
      settings: {
        found: {
          network: live.network,
          loadBalancers: [{ targetGroupArn: 'arn:tg', containerName: 'main', containerPort: 8080 }],
        },
      },
    });
  });

  it.each([
    ['moves', { deployments: [...live.deployments, { id: 'ecs-svc/6', status: 'ACTIVE' }] }],
    ['is a daemon', { scheduling: 'DAEMON' }],
    ['runs on hosts', { launchType: 'EC2' }],
    ['is short of tasks', { runningCount: 1 }],
    ['is deployed by CodeDeploy', { controller: 'CODE_DEPLOY' }],
    ['is of another Berth', { tags: { 'berth:service': 'other/shop-web' } }],
  ])('is not taken over where it %s', async (_, more) => {
    api.inspections.set('shop-web', inspected(more));
    expect((await post(`${ofService}/adopt`)).status).toBe(409);
    expect((await api.ask({ path: ofService })).status).toBe(404);
  });

  it('is not found where there is none', async () => {
    expect((await post('/environments/cloud/services/shop-nobody/adopt')).status).toBe(404);
  });
});

describe('what somebody changed in ECS', () => {
  const changed = (more: Partial<InspectedService> = {}) => inspected({ ...more });
  beforeEach(async () => {
    api.inspections.set('shop-web', changed());
    await post(`${ofService}/adopt`);
  });

  const drift = async () => (await api.ask<DriftView>({ path: `${ofService}/drift` })).body;

  it.each([
    ['release', { taskDefinitionArn: taskDefinitionArn.replace(':7', ':8') }],
    ['count', { desiredCount: 5 }],
    ['rollout', { maximumPercent: 150 }],
    ['network', { network: { subnets: ['subnet-8'], securityGroups: ['sg-9'], publicIp: true } }],
    ['load_balancer', { loadBalancers: [] }],
    ['service', { status: 'DRAINING' }],
  ])('is drift: %s', async (what, more) => {
    api.inspections.set('shop-web', changed(more));
    expect(await drift()).toMatchObject({ state: 'drifted', items: [{ what }] });
  });

  it('is not what Berth itself scaled', async () => {
    await post(`${ofService}/scale`, { count: 5 });
    api.inspections.set('shop-web', changed({ desiredCount: 5, runningCount: 5 }));
    expect(await drift()).toMatchObject({ state: 'none' });
  });

  it('is taken over as a release of its own, or undone by a deployment', async () => {
    const another = { ...definition, arn: taskDefinitionArn.replace(':7', ':8') };
    api.inspections.set('shop-web', {
      ...{ seen: 'service', definition: another },
      service: { ...live, taskDefinitionArn: another.arn },
    });
    const { body: adopted } = await post<AdoptionView>(`${ofService}/drift/adopt`);
    expect(adopted).toMatchObject({ release: 2, taskDefinition: another.arn });
    expect(await drift()).toMatchObject({ state: 'none', release: 2 });
    expect((await post(`${ofService}/drift/adopt`)).status).toBe(409);

    api.inspections.set('shop-web', changed());
    const { body: reverting } = await post<DeploymentView>(`${ofService}/drift/revert`);
    expect(reverting).toMatchObject({ kind: 'rollback', message: expect.stringContaining('reverted') });
    await api.settle();
    const ended = await api.ask<DeploymentView>({ path: `/deployments/${reverting.id}` });
    expect(ended.body).toMatchObject({ verdict: 'succeeded', release: 2 });
  });

  it('a count alone is taken over without a release', async () => {
    api.inspections.set('shop-web', changed({ desiredCount: 4, runningCount: 4 }));
    const { body: adopted } = await post<AdoptionView>(`${ofService}/drift/adopt`);
    expect(adopted).toMatchObject({ release: 1, count: 4 });
    expect((await api.ask<{ count: number }>({ path: ofService })).body.count).toBe(4);
  });
});

describe('a manifest of what runs', () => {
  const names = fc.stringMatching(/^[A-Z][A-Z_]{0,12}$/);
  const containers = fc.record({
    environment: fc.dictionary(names, fc.string({ maxLength: 20 }), { maxKeys: 5 }),
    besides: fc.subarray(['mountPoints', 'ulimits']),
    ports: fc.array(fc.integer({ min: 1, max: 65_535 }), { maxLength: 2 }),
    command: fc.array(fc.stringMatching(/^[a-z -]{1,9}$/), { minLength: 1, maxLength: 3 }),
    health: fc.record({
      command: fc.constantFrom(['CMD', 'true'], ['CMD-SHELL', 'true || false'], ['NONE'], ['true', 'x']),
      intervalSeconds: fc.integer({ min: 5, max: 300 }),
      timeoutSeconds: fc.integer({ min: 2, max: 60 }),
      retries: fc.integer({ min: 1, max: 10 }),
      startSeconds: fc.integer({ min: 0, max: 300 }),
    }),
  });

  it('is valid, whatever runs, and holds nothing that looks like a secret', () => {
    fc.assert(
      fc.property(containers, (of) => {
        const given = { ...definition, containers: [{ ...container, ...of }] };
        const looksSecret = (name: string) => name.startsWith('S') || /KEY|TOKEN|SECRET|PASS|CRED/.test(name);
        const { manifest } = adoptionOf(live, given, {} as never, looksSecret);
        const hidden = Object.keys((manifest.environment as object) ?? {}).filter(looksSecret);
        expect(hidden).toEqual([]);
        expect(parse(serviceManifest, manifest)).toMatchObject({ ok: true });
      }),
    );
  });
});

it('what is the same is no change, and each change is told once', () => {
  const settings = {
    minimumHealthyPercent: 100,
    maximumPercent: 200,
    circuitBreaker: true,
    timeoutSeconds: 900,
  };
  const contents = fc.record({
    spec: fc.record({
      image: fc.constantFrom('a', 'b'),
      cpuUnits: fc.constantFrom(256, 512),
      memoryMiB: fc.constant(512),
      environment: fc.dictionary(fc.constantFrom('A', 'B'), fc.constantFrom('1', '2')),
      secrets: fc.constant({}),
    }),
    settings: fc.constant(settings),
    count: fc.integer({ min: 0, max: 3 }),
  });
  fc.assert(
    fc.property(contents, contents, (one, other) => {
      expect(changesBetween(one, one)).toEqual([]);
      const paths = changesBetween(one, other).map(({ path }) => path);
      expect(new Set(paths).size).toBe(paths.length);
      expect(paths.length === 0).toBe(JSON.stringify(sorted(one)) === JSON.stringify(sorted(other)));
    }),
  );
});

const sorted = ({
  spec: { environment, ...rest },
  count,
}: {
  spec: { environment: object };
  count: number;
}) => ({
  ...{ rest, count },
  environment: Object.entries(environment).sort(),
});
