import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type Bench,
  createGroup,
  freePort,
  type Listening,
  listen,
  type Site,
  startBench,
  until,
} from './testing.ts';

let bench: Bench;
let site: Site;
const open: Listening[] = [];

beforeEach(async () => {
  bench = await startBench();
  site = await bench.site();
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
  await bench.close();
});

/** A target that answers its name, registered and healthy. */
async function target(name: string, group = site.targetGroupArn): Promise<void> {
  const server = await listen((_, response) => response.end(name));
  open.push(server);
  bench.host.targets.register(group, server.target);
  await until(() => bench.host.targets.health(group, server.target) !== 'initial');
}

const forwardTo = (...groups: readonly (readonly [arn: string, weight: number])[]) => [
  {
    Type: 'forward' as const,
    ForwardConfig: { TargetGroups: groups.map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight })) },
  },
];

const saying = (MessageBody: string) => [
  { Type: 'fixed-response' as const, FixedResponseConfig: { StatusCode: '200', MessageBody } },
];

let priority = 0;
async function rule(MessageBody: string, condition: object, Priority = ++priority): Promise<string> {
  const { Rules } = await bench.elb.createRule({
    ListenerArn: site.listenerArn,
    Priority,
    Conditions: [condition],
    Actions: saying(MessageBody),
  });
  return Rules?.[0]?.RuleArn ?? '';
}

interface Answered {
  readonly status: number;
  readonly body: string;
  readonly location: string | undefined;
}

function ask(path: string, headers: Record<string, string> = {}, method = 'GET', port = site.port) {
  return new Promise<Answered>((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port, path, headers, method, agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body, location: response.headers.location }),
      );
    });
    asking.on('error', reject).end();
  });
}

const bodyOf = async (...args: Parameters<typeof ask>) => (await ask(...args)).body;

describe('conditions', () => {
  beforeEach(() =>
    bench.elb.modifyListener({ ListenerArn: site.listenerArn, DefaultActions: saying('default') }),
  );

  test('on hosts ignore case and port', async () => {
    await rule('host', { Field: 'host-header', Values: ['*.example.com'] });
    expect(await bodyOf('/', { host: 'API.example.com:8080' })).toBe('host');
    expect(await bodyOf('/', { host: 'example.com' })).toBe('default');
  });

  test('on paths heed case and not the query', async () => {
    await rule('path', { Field: 'path-pattern', PathPatternConfig: { Values: ['/img/*.p?g'] } });
    expect(await bodyOf('/img/a.png?x=/no')).toBe('path');
    expect(await bodyOf('/IMG/a.png')).toBe('default');
    expect(await bodyOf('/?q=/img/a.png')).toBe('default');
  });

  test('on headers, methods, queries and addresses', async () => {
    const header = { HttpHeaderName: 'User-Agent', Values: ['*curl*', 'x?'] };
    await rule('header', { Field: 'http-header', HttpHeaderConfig: header });
    await rule('method', { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['PATCH'] } });
    const Values = [{ Key: 'version', Value: 'v1' }, { Value: '*beta*' }];
    await rule('query', { Field: 'query-string', QueryStringConfig: { Values } });
    expect(await bodyOf('/', { 'user-agent': 'My CURL' })).toBe('header');
    expect(await bodyOf('/', {}, 'PATCH')).toBe('method');
    expect(await bodyOf('/?version=V1')).toBe('query');
    expect(await bodyOf('/?a=b&any=xbetax')).toBe('query');
    expect(await bodyOf('/?version=v2')).toBe('default');
    const SourceIpConfig = { Values: ['10.0.0.0/8'] };
    const arn = await rule('address', { Field: 'source-ip', SourceIpConfig });
    expect(await bodyOf('/')).toBe('default');
    const here = { Values: ['127.0.0.0/8', '2001:db8::/32'] };
    await bench.elb.modifyRule({
      RuleArn: arn,
      Conditions: [{ Field: 'source-ip', SourceIpConfig: here }],
    });
    expect(await bodyOf('/')).toBe('address');
  });

  test('are all to be met, and the lowest priority is asked first', async () => {
    const path = { Field: 'path-pattern', Values: ['/a*'] };
    const late = await rule('late', path, 20_000);
    expect(await bodyOf('/ab')).toBe('late');
    const early = await rule('early', path, 10_000);
    expect(await bodyOf('/ab')).toBe('early');
    const RulePriorities = [
      { RuleArn: early, Priority: 20_000 },
      { RuleArn: late, Priority: 10_000 },
    ];
    await bench.elb.setRulePriorities({ RulePriorities });
    expect(await bodyOf('/ab')).toBe('late');
    await bench.elb.modifyRule({
      RuleArn: late,
      Conditions: [path, { Field: 'host-header', Values: ['other'] }],
    });
    expect(await bodyOf('/ab')).toBe('early');
    await bench.elb.deleteRule({ RuleArn: early });
    expect(await bodyOf('/ab')).toBe('default');
    expect(await bodyOf('/ab', { host: 'other' })).toBe('late');
  });
});

test('redirects fill in what the request had', async () => {
  const RedirectConfig = {
    Host: 'new.example.com',
    Port: '443',
    Protocol: 'HTTPS',
    StatusCode: 'HTTP_301',
  } as const;
  const DefaultActions = [{ Type: 'redirect' as const, RedirectConfig }];
  await bench.elb.modifyListener({ ListenerArn: site.listenerArn, DefaultActions });
  expect(await ask('/a/b?c=d')).toMatchObject({ status: 301, location: 'https://new.example.com/a/b?c=d' });

  const inside = { Path: '/v2/#{path}', Query: '', StatusCode: 'HTTP_302' } as const;
  await bench.elb.modifyListener({
    ListenerArn: site.listenerArn,
    DefaultActions: [{ Type: 'redirect', RedirectConfig: inside }],
  });
  expect(await ask('/a?c=d', { host: `shop:${site.port}` })).toMatchObject({
    status: 302,
    location: `http://shop:${site.port}/v2/a`,
  });
  const loop = { Type: 'redirect' as const, RedirectConfig: { StatusCode: 'HTTP_301' as const } };
  await expect(
    bench.elb.modifyListener({ ListenerArn: site.listenerArn, DefaultActions: [loop] }),
  ).rejects.toMatchObject({ name: 'InvalidLoadBalancerActionException' });
});

describe('weights', () => {
  test.each([
    [95, 5],
    [90, 10],
    [0, 1],
  ])('%i to %i are kept to exactly over a round of requests', async (blue, green) => {
    const other = await createGroup(bench.elb, 'green');
    const DefaultActions = forwardTo([site.targetGroupArn, blue], [other, green]);
    await bench.elb.modifyListener({ ListenerArn: site.listenerArn, DefaultActions });
    await target('blue');
    await target('green', other);
    const bodies = await Promise.all(Array.from({ length: 100 }, () => bodyOf('/')));
    expect(bodies.filter((body) => body === 'green')).toHaveLength((100 * green) / (blue + green));
  });

  test('are shifted for the next request, by the ARN of a rule, of a listener or of its default rule', async () => {
    const { elb, host } = bench;
    const other = await createGroup(elb, 'green');
    const rows = await elb.describeRules({ ListenerArn: site.listenerArn });
    const defaultRule = rows.Rules?.[0]?.RuleArn ?? '';
    const testPort = await freePort();
    const created = await elb.createListener({
      LoadBalancerArn: site.loadBalancerArn,
      Protocol: 'HTTP',
      Port: testPort,
      DefaultActions: saying('none'),
    });
    const made = await elb.createRule({
      ListenerArn: created.Listeners?.[0]?.ListenerArn ?? '',
      Priority: 1,
      Conditions: [{ Field: 'path-pattern', Values: ['/*'] }],
      Actions: forwardTo([site.targetGroupArn, 1]),
    });
    const testRule = made.Rules?.[0]?.RuleArn ?? '';
    await target('blue');
    expect([await bodyOf('/'), await bodyOf('/', {}, 'GET', testPort)]).toEqual(['blue', 'blue']);

    const shift = (arn: string, blue: number, green: number) =>
      host.rules.setWeights(arn, [
        { targetGroupArn: site.targetGroupArn, weight: blue },
        { targetGroupArn: other, weight: green },
      ]);
    shift(testRule, 0, 1);
    await target('green', other);
    expect([await bodyOf('/'), await bodyOf('/', {}, 'GET', testPort)]).toEqual(['blue', 'green']);
    shift(site.listenerArn, 0, 100);
    expect(await bodyOf('/')).toBe('green');
    expect(host.rules.weights(defaultRule)).toEqual([
      { targetGroupArn: site.targetGroupArn, weight: 0 },
      { targetGroupArn: other, weight: 100 },
    ]);
    shift(defaultRule, 1, 0);
    expect(await bodyOf('/')).toBe('blue');
    expect(host.rules.weights(site.listenerArn)?.[0]).toMatchObject({ weight: 1 });
    expect(host.rules.weights('arn:none')).toBeUndefined();
    shift('arn:none', 1, 1);
  });

  test('outlive a restart', async () => {
    bench.host.rules.setWeights(site.listenerArn, [{ targetGroupArn: site.targetGroupArn, weight: 7 }]);
    await bench.host.stop();
    const again = await startBench({ journal: bench.journal });
    expect(again.host.rules.weights(site.listenerArn)).toMatchObject([{ weight: 7 }]);
    await again.close();
  });
});

test('a group that only a rule forwards to is checked, told as its load balancer’s, and kept', async () => {
  const other = await createGroup(bench.elb, 'green');
  const server = await listen((_, response) => response.end('green'));
  open.push(server);
  bench.host.targets.register(other, server.target);
  expect(bench.host.targets.health(other, server.target)).toBe('unused');
  expect(bench.host.targets.traits(other)).toEqual({ targetType: 'ip', hasLoadBalancer: false });
  const made = await bench.elb.createRule({
    ListenerArn: site.listenerArn,
    Priority: 1,
    Conditions: [{ Field: 'path-pattern', Values: ['/green'] }],
    Actions: forwardTo([other, 1]),
  });
  await until(() => bench.host.targets.health(other, server.target) === 'healthy');
  expect(await bodyOf('/green')).toBe('green');
  expect(bench.host.targets.traits(other)).toMatchObject({ hasLoadBalancer: true });
  const { TargetGroups } = await bench.elb.describeTargetGroups({ TargetGroupArns: [other] });
  expect(TargetGroups?.[0]?.LoadBalancerArns).toEqual([site.loadBalancerArn]);
  const held = bench.elb.deleteTargetGroup({ TargetGroupArn: other });
  await expect(held).rejects.toMatchObject({ name: 'ResourceInUseException' });
  await bench.elb.deleteRule({ RuleArn: made.Rules?.[0]?.RuleArn ?? '' });
  await bench.elb.deleteTargetGroup({ TargetGroupArn: other });
});

test('the attributes of a load balancer hold for its requests', async () => {
  const silent = await listen((incoming, response) => {
    if (incoming.url === '/silent') return;
    response.end(JSON.stringify(incoming.headers['x-forwarded-for'] ?? 'none'));
  });
  open.push(silent);
  bench.host.targets.register(site.targetGroupArn, silent.target);
  await until(() => bench.host.targets.health(site.targetGroupArn, silent.target) === 'healthy');
  const set = (Key: string, Value: string) =>
    bench.elb.modifyLoadBalancerAttributes({
      LoadBalancerArn: site.loadBalancerArn,
      Attributes: [{ Key, Value }],
    });
  const mode = 'routing.http.xff_header_processing.mode';
  const given = { 'x-forwarded-for': '10.1.1.1' };
  expect(await bodyOf('/', given)).toBe('"10.1.1.1, 127.0.0.1"');
  await set(mode, 'preserve');
  expect(await bodyOf('/', given)).toBe('"10.1.1.1"');
  await set(mode, 'remove');
  expect(await bodyOf('/', given)).toBe('"none"');
  await set('idle_timeout.timeout_seconds', '1');
  expect(await ask('/silent')).toMatchObject({ status: 504 });
  await expect(set('routing.http2.enabled', 'maybe')).rejects.toMatchObject({ name: 'ValidationError' });
});
