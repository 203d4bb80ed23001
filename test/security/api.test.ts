import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { routes } from '../../core/contract/routes.ts';
import {
  type DeploymentView,
  type PageView,
  problemView,
  type ServiceView,
} from '../../core/contract/views.ts';
import { type Answer, httpEvent, type Request, startApi, type TestApi } from '../support/api.ts';

const json = { 'content-type': 'application/json' };
const spec = { image: 'acme/shop:1', port: 8080, count: 2 };
const asked = { environment: 'local', app: 'shop', service: 'web', spec };
const service = '/environments/local/services/shop-web';
const create = (body: unknown, headers: Record<string, string> = json): Request => ({
  method: 'POST',
  path: '/deployments',
  headers,
  body,
});

let api: TestApi;
let before: string;

/** Everything that can be seen of what is there. */
async function picture(): Promise<string> {
  const parts = [service, `${service}/deployments`, `${service}/releases`, '/environments/local/services'];
  const answers = await Promise.all(parts.map((path) => api.ask<unknown>({ path })));
  return JSON.stringify(answers.map(({ body }) => body));
}

beforeEach(async () => {
  api = startApi();
  await api.ask(create(asked));
  await api.settle();
  before = await picture();
});

/** A typed 4xx that says what to do, shows nothing from inside, and has changed nothing. */
async function expectRefused(answer: Answer<unknown>, status: number): Promise<void> {
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  const problem = problemView.parse(answer.body);
  expect(problem.detail.length).toBeGreaterThan(10);
  expect(JSON.stringify(problem)).not.toMatch(/node_modules|\.ts:|at [A-Z]\w+\.|berth#|pk\b/);
  expect(api.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  await api.settle();
  expect(await picture()).toBe(before);
}

describe('parsing', () => {
  it.each<[string, Request, number]>([
    ['truncated JSON', create('{"environment": "local"'), 400],
    ['nothing', create(''), 400],
    ['null', create('null'), 400],
    ['a number', create('17'), 400],
    ['a text', create('"x"'), 400],
    ['a list', create([asked]), 400],
    ['a body of more than 1 MiB', create({ ...asked, message: 'x'.repeat(1024 * 1024) }), 413],
    ['10 MB of brackets', create('['.repeat(10_000_000)), 413],
    [
      'a hundred thousand keys',
      create(Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [n, 1]))),
      413,
    ],
    ['deep nesting', create('['.repeat(500_000)), 400],
    ['deep nesting that is valid', create(`${'['.repeat(400_000)}${']'.repeat(400_000)}`), 400],
    ['a form', create('a=b', { 'content-type': 'application/x-www-form-urlencoded' }), 415],
    ['plain text', create(asked, { 'content-type': 'text/plain' }), 415],
    ['another charset', create(asked, { 'content-type': 'application/json; charset=utf-16' }), 415],
    ['a lookalike type', create(asked, { 'content-type': 'application/jsonp' }), 415],
    ['no content type', create(asked, {}), 415],
    ['an act without a content type', { method: 'POST', path: `${service}/stop`, headers: {} }, 415],
    [
      'bytes that are no UTF-8',
      { ...create(Buffer.from([0x7b, 0xff]).toString('base64')), isBase64Encoded: true },
      400,
    ],
    ['a prototype', create(`{"__proto__": {"image": "x"}, ${JSON.stringify(asked).slice(1)}`), 400],
    [
      'a deep prototype',
      create(JSON.stringify(asked).replace('"count":2', '"environment":{"__proto__":"x"}')),
      400,
    ],
    ['a constructor', create({ ...asked, constructor: { prototype: {} } }), 400],
    ['an unknown key', create({ ...asked, verdict: 'succeeded' }), 400],
    ['mass assignment', create({ ...asked, id: 'dep_X', phase: 'ended', requestedAt: 0 }), 400],
    [
      'mass assignment deep down',
      create({ ...asked, spec: { ...spec, taskRoleArn: 'arn:aws:iam::1:role/admin' } }),
      400,
    ],
    ['a bad key', create(asked, { ...json, 'idempotency-key': 'a b' }), 400],
    ['a long key', create(asked, { ...json, 'idempotency-key': 'x'.repeat(129) }), 400],
    ['an unknown path', { path: '/admin' }, 404],
    ['the wrong method', { method: 'DELETE', path: service }, 405],
    ['a method that is none', { method: '__proto__', path: service }, 405],
    ['a query key twice', { path: `${service}/tasks`, query: 'limit=1&limit=2' }, 400],
    ['an unknown query key', { path: `${service}/tasks`, query: 'limt=1' }, 400],
    ['a prototype in the query', { path: `${service}/tasks`, query: '__proto__=1' }, 400],
    ['limit 0', { path: `${service}/tasks`, query: 'limit=0' }, 400],
    ['limit 101', { path: `${service}/tasks`, query: 'limit=101' }, 400],
    ['limit 1e1', { path: `${service}/tasks`, query: 'limit=1e1' }, 400],
    ['a forged page', { path: `${service}/deployments`, query: 'after=WyJ4IiwieSIsInoiLG51bGxd' }, 400],
    ['a long query', { path: `${service}/tasks`, query: `after=${'x'.repeat(9000)}` }, 413],
    ['a date in no calendar', { path: `${service}/logs`, query: 'since=2026-02-31T00:00:00Z' }, 400],
    ['a time that runs back', { path: `${service}/logs`, query: 'since=10m&until=1h' }, 400],
  ])('refuses %s', async (_, request, status) => {
    await expectRefused(await api.ask<unknown>(request), status);
  });

  it('says which methods a path has', async () => {
    expect((await api.ask({ method: 'PUT', path: '/deployments' })).headers.allow).toBe('POST');
  });

  it('a page of one list is none of another', async () => {
    for (const image of ['a:2', 'a:3']) {
      await api.ask(create({ ...asked, spec: { ...spec, image } }));
      await api.settle();
    }
    before = await picture();
    const page = await api.ask<PageView<unknown>>({ path: `${service}/deployments`, query: 'limit=1' });
    expect(page.body.next).toBeDefined();
    const query = `after=${page.body.next}`;
    await expectRefused(await api.ask({ path: `${service}/releases`, query }), 400);
  });

  it('duplicate keys: what is validated is what is used', async () => {
    const body = JSON.stringify(asked).replace('"count":2', '"count":-5,"count":3');
    expect((await api.ask(create(body))).status).toBe(202);
    await api.settle();
    expect((await api.ask<ServiceView>({ path: service })).body).toMatchObject({
      count: 3,
      live: { desired: 3 },
    });
    await expectStillRefused(body.replace('"count":-5,"count":3', '"count":3,"count":-5'));
  });

  async function expectStillRefused(body: string) {
    before = await picture();
    await expectRefused(await api.ask(create(body)), 400);
  }
});

describe('what ECS could not do', () => {
  const withSpec = (change: object) => create({ ...asked, spec: { ...spec, ...change } });

  it.each<[string, object, number]>([
    ['count -1', { count: -1 }, 400],
    ['count 1.5', { count: 1.5 }, 400],
    ['count 1e9', { count: 1e9 }, 400],
    ['count "2"', { count: '2' }, 400],
    ['256/4096', { memory: 4096 }, 400],
    ['32768/61 GB', { cpu: 32_768, memory: '61GB' }, 400],
    ['100/100', { deploy: { maximumPercent: 100 } }, 400],
    ['one task at 100/150', { count: 1, deploy: { maximumPercent: 150 } }, 400],
    ['minimum above maximum', { deploy: { minimumHealthyPercent: 250, maximumPercent: 200 } }, 400],
    ['a negative minimum', { deploy: { minimumHealthyPercent: -1 } }, 400],
    ['healthCheck ["rm -rf"]', { health: { command: ['rm -rf'] } }, 400],
    ['interval 4', { health: { path: '/', interval: 4 } }, 400],
    ['retries 11', { health: { path: '/', unhealthy: 11 } }, 400],
    ['a command of 8,193 characters', { command: ['x'.repeat(8193)] }, 400],
    ['101 words', { command: Array.from({ length: 101 }, () => 'x') }, 400],
    [
      'too many variables',
      { environment: Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`V${n}`, 1])) },
      400,
    ],
    ['variables of 64 KiB', { environment: { A: 'x'.repeat(65_536) } }, 400],
    ['a literal secret', { environment: { DB_PASSWORD: 'hunter2' } }, 400],
    [
      'a secret of another account',
      { secrets: { A: 'arn:aws:ssm:eu-central-1:111111111111:parameter/a' } },
      400,
    ],
    ['a shell in a command', { command: 'sh -c x; rm -rf /' }, 400],
    ['an image that is an option', { image: '--privileged' }, 400],
    ['an image with a newline', { image: 'acme/shop:1\nFROM x' }, 400],
    ['a health path with CRLF', { health: { path: '/x\r\nHost: y' } }, 400],
  ])('%s', async (_, change, status) => {
    await expectRefused(await api.ask(withSpec(change)), status);
  });

  it.each([-1, 1.5, 1e9, '2', null, 5001])('scaling to %j', async (count) => {
    await expectRefused(await api.ask({ method: 'POST', path: `${service}/scale`, body: { count } }), 400);
  });
});

describe('injection', () => {
  it.each([
    '/deployments/dep_01J',
    '/deployments/..%2f..%2fetc',
    '/deployments/dep_%0d%0aSet-Cookie:x',
    '/environments/local%23x/services',
    '/environments/local/services/shop-web%2f..',
    '/environments/local/services/shop%00web',
    `/environments/local/services/${'a'.repeat(64)}`,
    '/environments/__proto__/services',
  ])('an id that is none: %s', async (path) => {
    await expectRefused(await api.ask({ path }), 400);
  });

  it.each<[string, object]>([
    ['CRLF in a message', { message: 'a\r\nlevel=error' }],
    ['ANSI in an actor', { actor: '\u001b[2Jroot' }],
    ['text that turns its direction', { message: 'safe\u202etxt.exe' }],
    ['a NUL in a directory', { directory: '/srv/a\0b' }],
    ['a name with a newline', { app: 'shop\n' }],
    ['a name with a path', { service: '../web' }],
    ['a name with a shell', { service: '$(curl x)' }],
  ])('%s', async (_, change) => {
    await expectRefused(await api.ask(create({ ...asked, ...change })), 400);
  });

  it('a request id that is none stands in no header', async () => {
    const event = { ...httpEvent({ path: '/health' }) };
    const answer = await api.handle({
      ...event,
      requestContext: { ...event.requestContext, requestId: 'x\r\nset-cookie: a' },
    });
    expect(answer.headers['x-request-id']).toBe('unknown');
  });

  it('the log has one line for each request, without what the caller wrote', async () => {
    const lines = api.log.lines.length;
    await api.ask(create({ ...asked, message: 'a secret of mine' }));
    const [line, ...others] = api.log.lines.slice(lines);
    expect(others).toEqual([]);
    expect(line).toMatchObject({ message: 'request', path: '/deployments', status: 202, requestId: 'r-1' });
    expect(JSON.stringify(api.log.lines)).not.toContain('a secret of mine');
  });
});

describe('what belongs to others', () => {
  it.each<[string, string, string | undefined]>([
    ['another environment', '/environments/cloud/services/shop-web', undefined],
    ['an unknown environment', '/environments/moon/services/shop-web', undefined],
    ['an unknown service', '/environments/local/services/shop-none/tasks', undefined],
    ['an unknown deployment', `/deployments/dep_${'0'.repeat(26)}`, undefined],
    ['a deployment to abort', `/deployments/dep_${'0'.repeat(26)}/abort`, '{}'],
    ['a service to stop', '/environments/cloud/services/shop-web/stop', '{}'],
    ['a service to roll back', '/environments/local/services/shop-none/rollback', '{}'],
  ])('%s is not there', async (_, path, body) => {
    await expectRefused(await api.ask({ method: body ? 'POST' : 'GET', path, body }), 404);
  });

  it('a roll-back to a release that never was, or never succeeded', async () => {
    const path = `${service}/rollback`;
    await expectRefused(await api.ask({ method: 'POST', path, body: { release: 99 } }), 400);
    await expectRefused(await api.ask({ method: 'POST', path, body: {} }), 409);
  });
});

describe('at the same moment', () => {
  it('double submits are one deployment, and aborting twice is harmless', async () => {
    const headers = { ...json, 'idempotency-key': 'same' };
    const body = { ...asked, spec: { ...spec, image: 'acme/shop:2' } };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => api.ask<DeploymentView>(create(body, headers))),
    );
    const ids = new Set(answers.map((answer) => answer.body.id));
    expect(ids.size).toBe(1);
    const abort = { method: 'POST', path: `/deployments/${[...ids][0]}/abort`, body: {} };
    const aborts = await Promise.all([api.ask(abort), api.ask(abort), api.settle()]);
    expect(aborts.slice(0, 2).every((answer) => [202, 409].includes(answer?.status ?? 0))).toBe(true);
    await api.settle();
    const { body: list } = await api.ask<PageView<DeploymentView>>({ path: `${service}/deployments` });
    expect(list.items).toHaveLength(2);
  });

  it('what nobody expected is a 500 that shows nothing', async () => {
    const broken = startApi({
      store: { ...api.store, load: () => Promise.reject(new Error('table berth-x has no pk')) },
    });
    const answer = await broken.ask({ path: service });
    expect(answer).toMatchObject({ status: 500, body: { instance: 'r-1', title: 'Berth failed' } });
    expect(JSON.stringify(answer)).not.toMatch(/table|pk|Error|stack/);
    expect(broken.log.lines).toContainEqual(
      expect.objectContaining({ level: 'error', requestId: 'r-1', error: expect.stringMatching(/no pk/) }),
    );
  });
});

describe('whatever is sent', () => {
  const paths = Object.values(routes).map(({ path }) => path);
  const segment = fc.oneof(
    fc.constantFrom('local', 'shop-web', `dep_${'0'.repeat(26)}`, '%00', '..', '__proto__'),
    fc.string(),
  );
  const someJson = fc.oneof(fc.json({ maxDepth: 4 }), fc.string());
  let fuzzed: TestApi;

  beforeAll(() => {
    fuzzed = startApi();
  });

  const expectAnswered = (answer: { statusCode: number; body: string }) => {
    expect(answer.statusCode).toBeLessThan(500);
    const body: unknown = JSON.parse(answer.body);
    if (answer.statusCode >= 400) problemView.parse(body);
  };

  it('any path, method, query and body is answered without a 5xx', async () => {
    const request = fc.record({
      method: fc.constantFrom('GET', 'POST', 'POST', 'PUT', ''),
      path: fc
        .tuple(fc.constantFrom(...paths, '/{id}'), fc.array(segment, { minLength: 3, maxLength: 3 }))
        .map(([path, values]) => path.replace(/\{\w+\}/g, () => values.pop() ?? '')),
      query: fc.oneof(fc.constant(''), fc.webQueryParameters(), fc.string()),
      headers: fc.constant(json),
      body: someJson,
    });
    await fc.assert(
      fc.asyncProperty(request, async (one) => expectAnswered(await fuzzed.handle(httpEvent(one)))),
      { numRuns: 400 },
    );
  });

  it('any field of a good request may be anything', async () => {
    const broken = fc
      .tuple(
        fc.constantFrom(...Object.keys(asked), 'directory', 'whenBusy', 'actor', 'message', 'valueOf'),
        fc.constantFrom('', 'image', 'run', 'health', 'environment', 'secrets', 'deploy', 'count', 'listen'),
        fc.jsonValue({ maxDepth: 3 }),
      )
      .map(([field, part, value]) =>
        part === '' ? { ...asked, [field]: value } : { ...asked, spec: { ...spec, [part]: value } },
      );
    await fc.assert(
      fc.asyncProperty(broken, async (body) => expectAnswered(await fuzzed.handle(httpEvent(create(body))))),
      { numRuns: 400 },
    );
  });

  it('any event at all is answered without a 5xx', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (event) => expectAnswered(await fuzzed.handle(event))),
      { numRuns: 200 },
    );
  });
});
