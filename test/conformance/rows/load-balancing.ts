import type {
  ActionTypeEnum,
  ElasticLoadBalancingV2,
  RuleCondition,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { expect } from 'vitest';
import {
  type Bench,
  createGroup,
  type Listening,
  listen,
  type Site,
  startBench,
  until,
} from '../../../local/loadbalancer/testing.ts';
import type { Row } from '../row.ts';

/** A real load balancer with one listener, and its own client: its time is the machine's. */
interface Front extends Bench {
  readonly site: Bench['site'];
  readonly shop: Site;
  /** A healthy target that answers with its name. */
  target(name: string, group?: string): Promise<Listening['target']>;
  body(path?: string, init?: RequestInit): Promise<string>;
}

function row(page: string, says: string, trial: (front: Front) => Promise<void>): Row {
  return {
    page: `elasticloadbalancing/${page}`,
    says,
    async run() {
      const bench = await startBench();
      const open: Listening[] = [];
      try {
        const shop = await bench.site();
        await trial({
          ...bench,
          shop,
          async target(name, group = shop.targetGroupArn) {
            const server = await listen((_, response) => response.end(name));
            open.push(server);
            bench.host.targets.register(group, server.target);
            await until(() => bench.host.targets.health(group, server.target) !== 'initial');
            return server.target;
          },
          body: async (path = '/', init = {}) => (await fetch(`${shop.url}${path}`, init)).text(),
        });
      } finally {
        await bench.close();
        await Promise.all(open.map((server) => server.close()));
      }
    },
  };
}

const saying = (MessageBody: string, StatusCode = '200') => [
  { Type: 'fixed-response' as ActionTypeEnum, FixedResponseConfig: { StatusCode, MessageBody } },
];

const path = (...Values: string[]): RuleCondition => ({
  Field: 'path-pattern',
  PathPatternConfig: { Values },
});

async function rule(
  elb: ElasticLoadBalancingV2,
  shop: Site,
  Priority: number,
  body: string,
  ...given: RuleCondition[]
) {
  const Conditions = given.length > 0 ? given : [path('/*')];
  const asked = { ListenerArn: shop.listenerArn, Priority, Conditions, Actions: saying(body) };
  const { Rules } = await elb.createRule(asked);
  return Rules?.[0]?.RuleArn ?? '';
}

const forward = (...groups: readonly (readonly [arn: string, weight: number])[]) => [
  {
    Type: 'forward' as ActionTypeEnum,
    ForwardConfig: { TargetGroups: groups.map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight })) },
  },
];

const rules: readonly Row[] = [
  row('listener-rules', 'rules are asked in the order of their priorities', async ({ elb, shop, body }) => {
    await rule(elb, shop, 20, 'later');
    await rule(elb, shop, 10, 'sooner');
    expect(await body()).toBe('sooner');
  }),
  row('listener-rules', 'the default rule comes last, and has no conditions', async ({ elb, shop }) => {
    await rule(elb, shop, 50_000, 'last');
    const { Rules = [] } = await elb.describeRules({ ListenerArn: shop.listenerArn });
    expect(Rules.map(({ Priority, IsDefault }) => [Priority, IsDefault])).toEqual([
      ['50000', false],
      ['default', true],
    ]);
    expect(Rules[1]?.Conditions).toEqual([]);
  }),
  row('API_CreateRule', 'a priority that is taken is PriorityInUse', async ({ elb, shop }) => {
    await rule(elb, shop, 1, 'one');
    await expect(rule(elb, shop, 1, 'two')).rejects.toMatchObject({ name: 'PriorityInUseException' });
  }),
  row('API_DeleteRule', 'the default rule cannot be deleted', async ({ elb, shop }) => {
    const { Rules = [] } = await elb.describeRules({ ListenerArn: shop.listenerArn });
    await expect(elb.deleteRule({ RuleArn: Rules[0]?.RuleArn })).rejects.toMatchObject({
      name: 'OperationNotPermittedException',
    });
  }),
  row('API_DeleteRule', 'a rule that is not there is RuleNotFound', async ({ elb, shop }) => {
    const RuleArn = await rule(elb, shop, 1, 'one');
    await elb.deleteRule({ RuleArn });
    await expect(elb.deleteRule({ RuleArn })).rejects.toMatchObject({ name: 'RuleNotFoundException' });
  }),
  row('API_SetRulePriorities', 'two rules may change places', async ({ elb, shop, body }) => {
    const one = await rule(elb, shop, 1, 'one');
    const two = await rule(elb, shop, 2, 'two');
    const RulePriorities = [
      { RuleArn: one, Priority: 2 },
      { RuleArn: two, Priority: 1 },
    ];
    await elb.setRulePriorities({ RulePriorities });
    expect(await body()).toBe('two');
  }),
  row('rule-condition-types', 'all conditions of a rule must be met', async ({ elb, shop, body }) => {
    await rule(elb, shop, 1, 'both', path('/a'), {
      Field: 'http-request-method',
      HttpRequestMethodConfig: { Values: ['PUT'] },
    });
    await elb.modifyListener({ ListenerArn: shop.listenerArn, DefaultActions: saying('default') });
    expect([await body('/a'), await body('/a', { method: 'PUT' })]).toEqual(['default', 'both']);
  }),
  row('rule-condition-types', 'a path pattern heeds case, and not the query', async ({ elb, shop, body }) => {
    await elb.modifyListener({ ListenerArn: shop.listenerArn, DefaultActions: saying('default') });
    await rule(elb, shop, 1, 'path', path('/img/*'));
    expect([await body('/img/a'), await body('/IMG/a'), await body('/?p=/img/a')]).toEqual([
      'path',
      'default',
      'default',
    ]);
  }),
  row('rule-condition-types', 'header values ignore case, with wildcards', async ({ elb, shop, body }) => {
    await elb.modifyListener({ ListenerArn: shop.listenerArn, DefaultActions: saying('default') });
    const HttpHeaderConfig = { HttpHeaderName: 'X-Stage', Values: ['be?a*'] };
    await rule(elb, shop, 1, 'header', { Field: 'http-header', HttpHeaderConfig });
    expect(await body('/', { headers: { 'x-stage': 'BETA-2' } })).toBe('header');
    expect(await body('/', { headers: { 'x-stage': 'alpha' } })).toBe('default');
  }),
  row(
    'rule-condition-types',
    'query strings are met by key and value, ignoring case',
    async ({ elb, shop, body }) => {
      await elb.modifyListener({ ListenerArn: shop.listenerArn, DefaultActions: saying('default') });
      const QueryStringConfig = { Values: [{ Key: 'version', Value: 'v1' }] };
      await rule(elb, shop, 1, 'query', { Field: 'query-string', QueryStringConfig });
      expect([await body('/?Version=V1'), await body('/?version=v2')]).toEqual(['query', 'default']);
    },
  ),
  row('rule-condition-types', 'source addresses are met by CIDR', async ({ elb, shop, body }) => {
    const inside = { Field: 'source-ip', SourceIpConfig: { Values: ['127.0.0.0/8'] } };
    await rule(elb, shop, 2, 'here', inside);
    await rule(elb, shop, 1, 'there', { ...inside, SourceIpConfig: { Values: ['10.0.0.0/8'] } });
    expect(await body()).toBe('here');
  }),
  row('load-balancer-limits', 'a rule has at most five condition values', async ({ elb, shop }) => {
    const refused = rule(elb, shop, 1, 'x', path('/a', '/b', '/c'), {
      Field: 'host-header',
      HostHeaderConfig: { Values: ['a', 'b', 'c'] },
    });
    await expect(refused).rejects.toMatchObject({ name: 'ValidationError' });
  }),
];

const actions: readonly Row[] = [
  row('rule-action-types', 'fixed responses have their status, type and body', async ({ elb, shop }) => {
    await elb.modifyListener({ ListenerArn: shop.listenerArn, DefaultActions: saying('busy', '503') });
    const response = await fetch(shop.url);
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      503,
      'text/plain',
      'busy',
    ]);
  }),
  row('rule-action-types', 'redirects keep the parts that are not changed', async ({ elb, shop }) => {
    const RedirectConfig = {
      Protocol: 'HTTPS',
      Port: '443',
      Host: 'shop.example',
      StatusCode: 'HTTP_301',
    } as const;
    await elb.modifyListener({
      ListenerArn: shop.listenerArn,
      DefaultActions: [{ Type: 'redirect', RedirectConfig }],
    });
    const response = await fetch(`${shop.url}/a/b?c=d`, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([
      301,
      'https://shop.example/a/b?c=d',
    ]);
  }),
  row('API_RedirectActionConfig', 'a redirect that changes nothing is refused', async ({ elb, shop }) => {
    const action = {
      Type: 'redirect' as ActionTypeEnum,
      RedirectConfig: { StatusCode: 'HTTP_302' as const },
    };
    const refused = elb.modifyListener({ ListenerArn: shop.listenerArn, DefaultActions: [action] });
    await expect(refused).rejects.toMatchObject({ name: 'InvalidLoadBalancerActionException' });
  }),
  row(
    'rule-action-types',
    'weights share out requests between target groups',
    async ({ elb, shop, target, body }) => {
      const green = await createGroup(elb, 'green');
      const DefaultActions = forward([shop.targetGroupArn, 8], [green, 2]);
      await elb.modifyListener({ ListenerArn: shop.listenerArn, DefaultActions });
      await target('blue');
      await target('green', green);
      const bodies = await Promise.all(Array.from({ length: 50 }, () => body()));
      expect(bodies.filter((one) => one === 'green')).toHaveLength(10);
    },
  ),
  row(
    'rule-action-types',
    'a target group of weight 0 gets no requests',
    async ({ elb, shop, target, body }) => {
      const green = await createGroup(elb, 'green');
      const DefaultActions = forward([shop.targetGroupArn, 0], [green, 1]);
      await elb.modifyListener({ ListenerArn: shop.listenerArn, DefaultActions });
      await target('blue');
      await target('green', green);
      expect(new Set([await body(), await body(), await body()])).toEqual(new Set(['green']));
    },
  ),
  row('API_DeleteTargetGroup', 'a group that a rule forwards to is ResourceInUse', async ({ elb, shop }) => {
    const TargetGroupArn = await createGroup(elb, 'green');
    const asked = { ListenerArn: shop.listenerArn, Priority: 1, Conditions: [path('/*')] };
    await elb.createRule({ ...asked, Actions: forward([TargetGroupArn, 1]) });
    await expect(elb.deleteTargetGroup({ TargetGroupArn })).rejects.toMatchObject({
      name: 'ResourceInUseException',
    });
  }),
];

const targets: readonly Row[] = [
  row('target-group-health-checks', 'a target without a listener is unused', async ({ elb, host }) => {
    const TargetGroupArn = await createGroup(elb, 'alone');
    host.targets.register(TargetGroupArn, { address: '127.0.0.1', port: 9 });
    const { TargetHealthDescriptions } = await elb.describeTargetHealth({ TargetGroupArn });
    expect(TargetHealthDescriptions?.[0]?.TargetHealth).toMatchObject({
      State: 'unused',
      Reason: 'Target.NotInUse',
    });
  }),
  row(
    'load-balancer-target-groups',
    'deregistering an idle target takes it out',
    async ({ elb, shop, target, host }) => {
      const one = await target('one');
      await elb.deregisterTargets({
        TargetGroupArn: shop.targetGroupArn,
        Targets: [{ Id: one.address, Port: one.port }],
      });
      await until(() => host.targets.health(shop.targetGroupArn, one) === 'unused');
      expect((await fetch(shop.url)).status).toBe(503);
    },
  ),
  row(
    'edit-target-group-attributes',
    'the deregistration delay is 300 seconds unless set',
    async ({ elb, shop }) => {
      const TargetGroupArn = shop.targetGroupArn;
      const delay = async () => {
        const { Attributes = [] } = await elb.describeTargetGroupAttributes({ TargetGroupArn });
        return Attributes.find(({ Key }) => Key === 'deregistration_delay.timeout_seconds')?.Value;
      };
      expect(await delay()).toBe('300');
      const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: '5' }];
      await elb.modifyTargetGroupAttributes({ TargetGroupArn, Attributes });
      expect(await delay()).toBe('5');
    },
  ),
  row('application-load-balancers', 'the idle timeout is 60 seconds unless set', async ({ elb, shop }) => {
    const LoadBalancerArn = shop.loadBalancerArn;
    const { Attributes = [] } = await elb.describeLoadBalancerAttributes({ LoadBalancerArn });
    expect(Attributes).toContainEqual({ Key: 'idle_timeout.timeout_seconds', Value: '60' });
  }),
  row('application-load-balancers', 'deletion protection holds against deletion', async ({ elb, shop }) => {
    const LoadBalancerArn = shop.loadBalancerArn;
    const Attributes = [{ Key: 'deletion_protection.enabled', Value: 'true' }];
    await elb.modifyLoadBalancerAttributes({ LoadBalancerArn, Attributes });
    await expect(elb.deleteLoadBalancer({ LoadBalancerArn })).rejects.toMatchObject({
      name: 'OperationNotPermittedException',
    });
  }),
  row('x-forwarded-headers', 'targets are told who asked, how, and on which port', async ({ shop, host }) => {
    const server = await listen((request, response) => {
      const { 'x-forwarded-for': who, 'x-forwarded-proto': how, 'x-forwarded-port': where } = request.headers;
      response.end(JSON.stringify([who, how, where]));
    });
    host.targets.register(shop.targetGroupArn, server.target);
    await until(() => host.targets.health(shop.targetGroupArn, server.target) === 'healthy');
    const told = await (await fetch(shop.url, { headers: { 'x-forwarded-for': '10.1.2.3' } })).json();
    await server.close();
    expect(told).toEqual(['10.1.2.3, 127.0.0.1', 'http', `${shop.port}`]);
  }),
];

export const loadBalancing: readonly Row[] = [...rules, ...actions, ...targets];
