import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeploymentView, GitHubView, PageView } from '../../core/contract/views.ts';
import { gitHubSecretArn, gitHubTokenArn, listen, startApi, type TestApi } from '../../test/support/api.ts';
import {
  type Delivery,
  pushOf,
  runOf,
  send,
  sha,
  signatureOf,
  startGitHub,
  useSecret,
  webhook,
  webhookSecret,
} from '../../test/support/github.ts';

const github = { repository: 'acme/shop', branch: 'main', image: 'ghcr.io/acme/shop:{sha}' };
const spec = { image: 'ghcr.io/acme/shop:1', port: 8080, count: 2, deploy: { timeout: '5m' } };

let api: TestApi;

const deploy = (ci: object | undefined) =>
  api.ask<DeploymentView>({
    method: 'POST',
    path: '/deployments',
    body: {
      ...{ environment: 'local', app: 'shop', service: 'web' },
      spec: { ...spec, ...(ci && { ci: { github: ci } }) },
    },
  });

const deployments = async (service = 'shop-web') =>
  (
    await api.ask<PageView<DeploymentView>>({ path: `/environments/local/services/${service}/deployments` })
  ).body.items.toReversed();

const told = (delivery: Delivery) => send<GitHubView>(api, delivery);

/** A service that runs, with a rule. */
async function running(ci: object | undefined = github) {
  expect((await deploy(ci)).status).toBe(202);
  await api.settle();
}

beforeEach(() => {
  api = startApi();
  useSecret(api);
});

describe('a push', () => {
  it('deploys the manifest that was accepted last, with the image of its commit', async () => {
    await running();
    const { status, body } = await told({ body: pushOf(1, 2) });
    expect(status).toBe(202);
    expect(body).toMatchObject({
      outcome: 'accepted',
      services: [{ service: 'shop-web', outcome: 'accepted' }],
    });
    await api.settle();
    const [first, second, ...rest] = await deployments();
    expect(rest).toEqual([]);
    expect(first).toMatchObject({ verdict: 'succeeded' });
    expect(second).toMatchObject({
      ...{ id: body.services[0]?.deployment, verdict: 'succeeded', actor: 'github:ann', release: 2 },
      message: '0000000 of main: change 2',
    });
    const releases = await api.ask<PageView<{ image: string }>>({
      path: '/environments/local/services/shop-web/releases',
    });
    expect(releases.body.items[0]?.image).toBe(`ghcr.io/acme/shop:${sha(2)}`);
  });

  it('deploys it with its course, its jobs and its gates, however they were written', async () => {
    const rich = {
      ...{ ...spec, cpu: '1 vCPU', memory: '2GB', command: 'serve --all', needs: ['worker'] },
      deploy: {
        ...{ strategy: 'canary', steps: [{ traffic: '5%', for: '5m' }], bake: '10m', before: ['migrate'] },
        judge: { errors: { atMost: '2x', share: '1%' }, latency: { p95: { atMost: '1.3x' } } },
        gates: { windows: [{ days: 'mon-fri', from: '09:00', to: '17:00', zone: 'Europe/Berlin' }] },
      },
      ci: { github },
    };
    const worker = { image: 'acme/worker:1' };
    const jobs = { migrate: { command: 'node migrate.mjs', timeout: '5m' } };
    const body = { environment: 'local', app: 'shop', services: { web: rich, worker }, jobs };
    expect((await api.ask({ method: 'POST', path: '/applications', body })).status).toBe(202);
    expect((await told({ body: pushOf(1, 2) })).body).toMatchObject({ outcome: 'accepted' });
    const { ci: _, needs: __, ...alone } = rich;
    const one = {
      environment: 'local',
      app: 'shop',
      service: 'web',
      spec: { ...alone, ci: { github } },
      jobs,
    };
    expect((await api.ask({ method: 'POST', path: '/deployments', body: one })).status).toBe(202);
    expect((await told({ body: pushOf(2, 3) })).body).toMatchObject({ outcome: 'accepted' });
  });

  it('that is delivered again makes nothing, and is answered as at first', async () => {
    await running();
    const push = { delivery: randomUUID(), body: pushOf(1, 2) };
    const first = await told(push);
    await api.settle();
    await told({ body: pushOf(2, 3) });
    await api.settle();
    expect((await told(push)).body).toEqual(first.body);
    expect((await told({ ...push, delivery: push.delivery.toUpperCase() })).body).toEqual(first.body);
    await api.settle();
    expect(await deployments()).toHaveLength(3);
  });

  it('that is delivered many times at one moment makes one deployment', async () => {
    await running();
    const push = { delivery: randomUUID(), body: pushOf(1, 2) };
    const answers = await Promise.all(Array.from({ length: 6 }, () => told(push)));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    await api.settle();
    expect(await deployments()).toHaveLength(2);
  });

  it('that is replayed under another id makes nothing, not even after a newer one', async () => {
    await running();
    const old = pushOf(1, 2);
    await told({ body: old });
    expect((await told({ body: old })).body.services).toMatchObject([{ outcome: 'known' }]);
    await told({ body: pushOf(2, 3) });
    const { body } = await told({ body: old });
    expect(body).toMatchObject({ outcome: 'refused', services: [{ reason: /older than 0000000/ }] });
    await api.settle();
    expect(await deployments()).toHaveLength(3);
  });

  it('with a known id and another body is a conflict, for the id is not signed', async () => {
    await running();
    const delivery = randomUUID();
    await told({ delivery, body: pushOf(1, 2) });
    expect((await told({ delivery, body: pushOf(2, 3) })).status).toBe(409);
    await api.settle();
    expect(await deployments()).toHaveLength(2);
  });

  it('supersedes the deployment of the commit before it', async () => {
    await running();
    const first = await told({ body: pushOf(1, 2) });
    const second = await told({ body: pushOf(2, 3) });
    await api.settle();
    const [superseded, newest] = [first, second].map(({ body }) => body.services[0]?.deployment);
    const all = await deployments();
    expect(all.find(({ id }) => id === superseded)).toMatchObject({ phase: 'ended', verdict: 'superseded' });
    expect(all.find(({ id }) => id === newest)).toMatchObject({ verdict: 'succeeded' });
  });

  it('that cannot be deployed is refused with the reason, and counts when it is delivered again', async () => {
    await running();
    const image = `ghcr.io/acme/shop:${sha(2)}`;
    api.imageFindings.set(image, { is: 'missing', text: 'ghcr.io has no such image' });
    const push = { delivery: randomUUID(), body: pushOf(1, 2) };
    const refused = await told(push);
    expect(refused).toMatchObject({ status: 202, body: { outcome: 'refused', reason: /no such image/ } });
    api.imageFindings.delete(image);
    expect((await told(push)).body).toMatchObject({ outcome: 'accepted' });
    await api.settle();
    expect(await deployments()).toHaveLength(2);
  });

  it('follows the manifest: another rule, and none', async () => {
    await running();
    await running({ ...github, branch: 'release' });
    expect((await told({ body: pushOf(1, 2) })).body).toMatchObject({
      outcome: 'ignored',
      reason: /this branch/,
    });
    const release = pushOf(1, 2, 1_700_000_000, { ref: 'refs/heads/release' });
    expect((await told({ body: release })).body).toMatchObject({ outcome: 'accepted' });
    await api.settle();
    await deploy(undefined);
    expect((await told({ body: release })).body).toMatchObject({ outcome: 'ignored', reason: /no service/ });
  });

  it('deploys each service that listens', async () => {
    await running();
    await api.ask({
      ...{ method: 'POST', path: '/deployments' },
      body: {
        ...{ environment: 'local', app: 'shop', service: 'worker' },
        spec: { image: 'acme/worker:1', ci: { github: { ...github, image: 'ghcr.io/acme/worker:{short}' } } },
      },
    });
    await api.settle();
    const { body } = await told({ body: pushOf(1, 2) });
    expect(body.services.map(({ service }) => service)).toEqual(['shop-web', 'shop-worker']);
    await api.settle();
    expect(await deployments('shop-worker')).toHaveLength(2);
  });
});

describe('a workflow', () => {
  it('deploys when it has succeeded, in the order of its runs', async () => {
    await running({ ...github, workflow: 'build.yml' });
    expect((await told({ body: pushOf(1, 2) })).body).toMatchObject({ outcome: 'ignored' });
    expect((await told({ event: 'workflow_run', body: runOf(8, 3) })).body).toMatchObject({
      outcome: 'accepted',
    });
    const late = await told({ event: 'workflow_run', body: runOf(7, 2) });
    expect(late.body).toMatchObject({ outcome: 'refused', reason: /older/ });
    await api.settle();
    expect(await deployments()).toHaveLength(2);
  });

  it.each<[string, object, RegExp]>([
    ['failed', { conclusion: 'failure' }, /"failure"/],
    ['ran for a pull request', { event: 'pull_request' }, /"pull_request"/],
    ['ran for a fork', { head_repository: { full_name: 'eve/shop', fork: true } }, /forks never deploy/],
    ['is another one', { path: '.github/workflows/lint.yml@refs/heads/main' }, /another workflow/],
    ['ran for another branch', { head_branch: 'feature' }, /this branch/],
  ])('that %s deploys nothing', async (_, changes, reason) => {
    await running({ ...github, workflow: 'build.yml' });
    const { status, body } = await told({ event: 'workflow_run', body: runOf(8, 3, changes) });
    expect(status).toBe(202);
    expect(body).toMatchObject({ outcome: 'ignored', reason, services: [] });
    await api.settle();
    expect(await deployments()).toHaveLength(1);
  });
});

describe('what deploys nothing', () => {
  const zero = '0'.repeat(40);
  const repository = (changes: object) => ({
    repository: { full_name: 'acme/shop', fork: false, pushed_at: 1_700_000_000, ...changes },
  });
  it.each<[string, string, object, RegExp]>([
    ['a ping', 'ping', { zen: 'Design for failure.' }, /set up/],
    ['a pull request', 'pull_request', { action: 'opened', number: 1 }, /"pull_request" deploys nothing/],
    ['an event that is not known', 'star', { action: 'created' }, /push and workflow_run/],
    ['a push to a fork', 'push', pushOf(1, 2, 9, repository({ full_name: 'eve/shop', fork: true })), /fork/],
    ['a push to a fork of the same name', 'push', pushOf(1, 2, 9, repository({ fork: true })), /fork/],
    [
      'a push to another repository',
      'push',
      pushOf(1, 2, 9, repository({ full_name: 'acme/api' })),
      /no service/,
    ],
    ['a push to another branch', 'push', pushOf(1, 2, 9, { ref: 'refs/heads/main2' }), /this branch/],
    ['the ref of a pull request', 'push', pushOf(1, 2, 9, { ref: 'refs/pull/1/merge' }), /not a branch/],
    ['a tag of the branch’s name', 'push', pushOf(1, 2, 9, { ref: 'refs/tags/main' }), /not a branch/],
    [
      'a branch that was deleted',
      'push',
      pushOf(1, 2, 9, { deleted: true, after: zero, head_commit: null }),
      /deleted/,
    ],
    ['a branch with a command', 'push', pushOf(1, 2, 9, { ref: 'refs/heads/$(curl x)' }), /this branch/],
    ['a branch that climbs', 'push', pushOf(1, 2, 9, { ref: 'refs/heads/../main' }), /this branch/],
    ['a branch on two lines', 'push', pushOf(1, 2, 9, { ref: 'refs/heads/main\nx' }), /this branch/],
  ])('%s', async (_, event, body, reason) => {
    await running();
    const answer = await told({ event, body });
    expect(answer).toMatchObject({ status: 202, body: { outcome: 'ignored', reason, services: [] } });
    await api.settle();
    expect(await deployments()).toHaveLength(1);
  });
});

/** The same signature but for one of its digits. */
const otherDigit = (signature: string, at: number) => {
  const digits = [...signature];
  const place = at < 0 ? digits.length + at : at;
  return digits.with(place, digits[place] === '0' ? '1' : '0').join('');
};

describe('a body that is not GitHub’s', () => {
  const push = JSON.stringify(pushOf(1, 2));
  beforeEach(() => running());

  const refused = async (delivery: Delivery, status: number) => {
    const answer = await send<{ detail: string }>(api, delivery);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(JSON.stringify(answer.body)).not.toContain(webhookSecret);
    expect(JSON.stringify(api.log.lines)).not.toContain(webhookSecret);
    await api.settle();
    expect(await deployments()).toHaveLength(1);
    return answer.body.detail;
  };

  it.each<[string, Record<string, string | undefined>]>([
    ['none', { 'x-hub-signature-256': undefined }],
    ['an empty one', { 'x-hub-signature-256': '' }],
    ['that of another secret', { 'x-hub-signature-256': signatureOf(push, 'another') }],
    ['that of an empty secret', { 'x-hub-signature-256': signatureOf(push, '') }],
    ['one without its method', { 'x-hub-signature-256': signatureOf(push).slice(7) }],
    ['one by SHA-1 only', { 'x-hub-signature-256': undefined, 'x-hub-signature': 'sha1=0' }],
    ['one that is wrong at its end', { 'x-hub-signature-256': otherDigit(signatureOf(push), -1) }],
    ['one that is wrong at its beginning', { 'x-hub-signature-256': otherDigit(signatureOf(push), 7) }],
    ['one that is too long', { 'x-hub-signature-256': `${signatureOf(push)}00` }],
    ['two', { 'x-hub-signature-256': `sha256=${'0'.repeat(64)},${signatureOf(push)}` }],
    ['the right one in upper case', { 'x-hub-signature-256': signatureOf(push).toUpperCase() }],
  ])('has %s for a signature: 401, and nothing is recorded', async (_, headers) => {
    await refused({ body: push, headers }, 401);
  });

  it('has one byte changed, wherever it is', async () => {
    const bytes = Buffer.from(push);
    const signature = signatureOf(push);
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: bytes.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, by) => {
          const changed = Buffer.from(bytes);
          changed[at] = changed[at]! ^ by;
          const request = webhook({ body: push, headers: { 'x-hub-signature-256': signature } });
          const answer = await api.ask({
            ...request,
            body: changed.toString('base64'),
            isBase64Encoded: true,
          });
          expect(answer.status).toBe(401);
        },
      ),
      { numRuns: 100 },
    );
    expect(await deployments()).toHaveLength(1);
  });

  it('is signed, but no JSON, no push, or of another type', async () => {
    await refused({ body: '{"ref":' }, 400);
    await refused({ body: '[]' }, 400);
    expect(await refused({ body: pushOf(1, 2, 9, { after: '../../x' }) }, 400)).toContain('/after');
    expect(await refused({ body: pushOf(1, 2, 9, { repository: null }) }, 400)).toContain('/repository');
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(await refused({ body: push, headers }, 415)).toContain('application/json');
  });

  it('names no delivery or no event', async () => {
    await refused({ body: push, headers: { 'x-github-delivery': undefined } }, 400);
    await refused({ body: push, headers: { 'x-github-delivery': '../x' } }, 400);
    await refused({ body: push, headers: { 'x-github-event': 'push\nx' } }, 400);
  });

  it('is huge', async () => {
    await refused({ body: 'x'.repeat(5 * 1024 * 1024 + 1) }, 413);
  });

  it('is for an environment that takes none, or is not there: nobody learns which', async () => {
    const one = await refused({ body: push, environment: 'cloud' }, 404);
    expect(await refused({ body: push, environment: 'moon' }, 404)).toBe(one);
  });

  it('comes before the secret has a value: it may come again', async () => {
    api.secretValues.delete(gitHubSecretArn);
    await refused({ body: push }, 503);
  });
});

describe('the secret', () => {
  it('may be replaced', async () => {
    await running();
    useSecret(api, 'the new one');
    const body = JSON.stringify(pushOf(1, 2));
    expect((await told({ body })).status).toBe(401);
    const headers = { 'x-hub-signature-256': signatureOf(body, 'the new one') };
    expect((await told({ body, headers })).body).toMatchObject({ outcome: 'accepted' });
  });
});

describe('GitHub', () => {
  let stub: Awaited<ReturnType<typeof startGitHub>>;
  beforeEach(async () => {
    stub = await startGitHub();
    api = startApi({ gitHubUrl: stub.url });
    useSecret(api);
    api.secretValues.set(gitHubTokenArn, 'ghp_a_token\n');
  });
  afterEach(() => stub.stop());

  it('is told that a commit is pending, and its verdict, over HTTP as it comes', async () => {
    await running();
    const { url, close } = await listen(api);
    try {
      const { path, headers = {}, body } = webhook({ body: pushOf(1, 2) });
      const answer = await fetch(url + path, { method: 'POST', headers, body: String(body) });
      expect(answer.status).toBe(202);
    } finally {
      await close();
    }
    await api.settle();
    expect(stub.statuses.map(({ body }) => body.state)).toEqual(['pending', 'success']);
    expect(stub.statuses[1]).toMatchObject({
      path: `/repos/acme/shop/statuses/${sha(2)}`,
      authorization: 'Bearer ghp_a_token',
      body: { context: 'berth/local/shop-web', description: /succeeded: v2 is what runs/ },
    });
    expect(JSON.stringify(api.log.lines)).not.toContain('ghp_a_token');
  });

  it('keeps no deployment waiting, whatever it answers', async () => {
    await running();
    stub.answers.push({ status: 404 }, { status: 502 });
    await told({ body: pushOf(1, 2) });
    await api.settle();
    expect((await deployments()).map(({ verdict }) => verdict)).toEqual(['succeeded', 'succeeded']);
    expect(stub.statuses.map(({ body }) => body.state)).toEqual(['pending', 'success']);
  });

  it('is told of a commit that comes too late', async () => {
    await running();
    await told({ body: pushOf(2, 3) });
    await told({ body: pushOf(1, 2) });
    await api.settle();
    const late = stub.statuses.filter(({ path }) => path.endsWith(sha(2)));
    expect(late).toMatchObject([{ body: { state: 'error', description: /not deployed: it is older/ } }]);
  });

  it('is told nothing without a token', async () => {
    api.secretValues.delete(gitHubTokenArn);
    await running();
    await told({ body: pushOf(1, 2) });
    await api.settle();
    expect(await deployments()).toHaveLength(2);
    expect(stub.statuses).toEqual([]);
  });
});
