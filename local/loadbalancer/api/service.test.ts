import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, createGroup, freePort, listen, startBench, until } from '../testing.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await startBench();
});

afterEach(() => bench.close());

const group = { Name: 'web', Protocol: 'HTTP', Port: 8080, TargetType: 'ip', VpcId: 'vpc-1' } as const;

describe('load balancers', () => {
  test('are created once, described, tagged and deleted with their listeners', async () => {
    const { elb } = bench;
    const Tags = [{ Key: 'team', Value: '<a & "b">' }];
    const first = await elb.createLoadBalancer({ Name: 'shop', Subnets: ['subnet-a', 'subnet-b'], Tags });
    const again = await elb.createLoadBalancer({ Name: 'shop', Subnets: ['subnet-a', 'subnet-b'], Tags });
    expect(again.LoadBalancers).toEqual(first.LoadBalancers);
    const [shop] = first.LoadBalancers ?? [];
    expect(shop).toMatchObject({ DNSName: '127.0.0.1', State: { Code: 'active' }, Type: 'application' });
    expect(shop?.CreatedTime).toBeInstanceOf(Date);
    expect(shop?.LoadBalancerArn).toMatch(
      /^arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer\/app\/shop\/[0-9a-f]{16}$/,
    );
    const arn = shop?.LoadBalancerArn ?? '';
    expect((await elb.describeTags({ ResourceArns: [arn] })).TagDescriptions).toEqual([
      { ResourceArn: arn, Tags },
    ]);
    await elb.addTags({ ResourceArns: [arn], Tags: [{ Key: 'a', Value: '1' }] });
    await elb.removeTags({ ResourceArns: [arn], TagKeys: ['team'] });
    const { TagDescriptions } = await elb.describeTags({ ResourceArns: [arn] });
    expect(TagDescriptions?.[0]?.Tags).toEqual([{ Key: 'a', Value: '1' }]);

    await expect(elb.createLoadBalancer({ Name: 'shop' })).rejects.toMatchObject({
      name: 'DuplicateLoadBalancerNameException',
    });
    await elb.deleteLoadBalancer({ LoadBalancerArn: arn });
    await elb.deleteLoadBalancer({ LoadBalancerArn: arn });
    await expect(elb.describeLoadBalancers({ Names: ['shop'] })).rejects.toMatchObject({
      name: 'LoadBalancerNotFoundException',
    });
  });

  test('are listed in pages', async () => {
    for (const Name of ['a', 'b', 'c']) await bench.elb.createLoadBalancer({ Name });
    const one = await bench.elb.describeLoadBalancers({ PageSize: 2 });
    const two = await bench.elb.describeLoadBalancers({ PageSize: 2, Marker: one.NextMarker });
    const names = [one, two].flatMap((page) => page.LoadBalancers ?? []).map((each) => each.LoadBalancerName);
    expect(names).toEqual(['a', 'b', 'c']);
    expect(two.NextMarker).toBeUndefined();
  });
});

describe('target groups', () => {
  test('have the defaults of AWS, and are created once', async () => {
    const first = await bench.elb.createTargetGroup(group);
    const again = await bench.elb.createTargetGroup(group);
    expect(again.TargetGroups).toEqual(first.TargetGroups);
    expect(first.TargetGroups?.[0]).toMatchObject({
      HealthCheckPath: '/',
      HealthCheckPort: 'traffic-port',
      HealthCheckIntervalSeconds: 30,
      HealthCheckTimeoutSeconds: 5,
      HealthyThresholdCount: 5,
      UnhealthyThresholdCount: 2,
      Matcher: { HttpCode: '200' },
      LoadBalancerArns: [],
    });
    await expect(bench.elb.createTargetGroup({ ...group, Port: 81 })).rejects.toMatchObject({
      name: 'DuplicateTargetGroupNameException',
    });
  });

  test.each([
    [{ Name: '-web' }, /Name/],
    [{ Name: 'x'.repeat(33) }, /Name/],
    [{ Port: 70_000 }, /Port.*65535/],
    [{ TargetType: 'lambda' }, /TargetType/],
    [{ Protocol: 'TCP' }, /Protocol/],
    [{ HealthCheckIntervalSeconds: 4 }, /HealthCheckIntervalSeconds.*between 5 and 300/],
    [{ HealthyThresholdCount: 11 }, /HealthyThresholdCount.*between 2 and 10/],
    [
      { HealthCheckIntervalSeconds: 10, HealthCheckTimeoutSeconds: 10 },
      /greater than HealthCheckTimeoutSeconds/,
    ],
    [{ HealthCheckPath: 'healthz' }, /HealthCheckPath/],
    [{ HealthCheckPath: '/a b' }, /HealthCheckPath/],
    [{ Matcher: { HttpCode: '20x' } }, /Matcher.HttpCode/],
  ] as const)('refuse %j', async (wrong, message) => {
    const refused = bench.elb.createTargetGroup({ ...group, ...(wrong as object) });
    await expect(refused).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringMatching(message),
    });
    expect((await bench.elb.describeTargetGroups({})).TargetGroups).toEqual([]);
  });

  test('can be modified, and deleted when no listener uses them', async () => {
    const { elb } = bench;
    const site = await bench.site();
    const TargetGroupArn = site.targetGroupArn;
    await elb.modifyTargetGroup({ TargetGroupArn, HealthCheckPath: '/up', Matcher: { HttpCode: '200-204' } });
    const { TargetGroups } = await elb.describeTargetGroups({ LoadBalancerArn: site.loadBalancerArn });
    expect(TargetGroups?.[0]).toMatchObject({ HealthCheckPath: '/up', Matcher: { HttpCode: '200-204' } });
    expect(TargetGroups?.[0]?.LoadBalancerArns).toEqual([site.loadBalancerArn]);

    await expect(elb.deleteTargetGroup({ TargetGroupArn })).rejects.toMatchObject({
      name: 'ResourceInUseException',
    });
    await elb.deleteListener({ ListenerArn: site.listenerArn });
    await elb.deleteTargetGroup({ TargetGroupArn });
    await expect(elb.describeTargetGroups({ TargetGroupArns: [TargetGroupArn] })).rejects.toMatchObject({
      name: 'TargetGroupNotFoundException',
    });
  });

  test('have attributes', async () => {
    const TargetGroupArn = await createGroup(bench.elb, 'web');
    const Key = 'deregistration_delay.timeout_seconds';
    await bench.elb.modifyTargetGroupAttributes({ TargetGroupArn, Attributes: [{ Key, Value: '7' }] });
    const { Attributes } = await bench.elb.describeTargetGroupAttributes({ TargetGroupArn });
    expect(Attributes).toContainEqual({ Key, Value: '7' });
    for (const wrong of [
      { Key, Value: '3601' },
      { Key: 'constructor', Value: '1' },
    ]) {
      const refused = bench.elb.modifyTargetGroupAttributes({ TargetGroupArn, Attributes: [wrong] });
      await expect(refused).rejects.toMatchObject({ name: 'ValidationError' });
    }
  });
});

describe('listeners', () => {
  test('are created once; another one on the same port is refused', async () => {
    const { elb } = bench;
    const site = await bench.site();
    const input = { LoadBalancerArn: site.loadBalancerArn, Protocol: 'HTTP', Port: site.port } as const;
    const forward = [{ Type: 'forward', TargetGroupArn: site.targetGroupArn }] as const;
    const again = await elb.createListener({ ...input, DefaultActions: [...forward] });
    expect(again.Listeners?.[0]?.ListenerArn).toBe(site.listenerArn);
    const other = await createGroup(elb, 'other');
    const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn: other }];
    await expect(elb.createListener({ ...input, DefaultActions })).rejects.toMatchObject({
      name: 'DuplicateListenerException',
    });
    const { Listeners } = await elb.describeListeners({ LoadBalancerArn: site.loadBalancerArn });
    expect(Listeners).toHaveLength(1);
  });

  test('whose port is taken say which', async () => {
    const site = await bench.site();
    const taken = await listen(() => {});
    const created = bench.elb.createListener({
      LoadBalancerArn: site.loadBalancerArn,
      Protocol: 'HTTP',
      Port: taken.port,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: site.targetGroupArn }],
    });
    await expect(created).rejects.toMatchObject({
      name: 'InvalidConfigurationRequestException',
      message: expect.stringContaining(`${taken.port}`),
    });
    await taken.close();
    expect(bench.host.listeners()).toHaveLength(1);
  });

  test('move to another port and another action', async () => {
    const site = await bench.site();
    const Port = await freePort();
    const FixedResponseConfig = {
      StatusCode: '418',
      ContentType: 'text/plain',
      MessageBody: 'short and stout',
    };
    await bench.elb.modifyListener({
      ListenerArn: site.listenerArn,
      Port,
      DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig }],
    });
    const answer = await fetch(`http://127.0.0.1:${Port}/`);
    expect([answer.status, await answer.text()]).toEqual([418, 'short and stout']);
    await expect(fetch(site.url)).rejects.toThrow();
  });

  test('of what is not there are not found', async () => {
    const site = await bench.site();
    const forward = (TargetGroupArn: string) => ({
      Protocol: 'HTTP' as const,
      Port: 8080,
      DefaultActions: [{ Type: 'forward' as const, TargetGroupArn }],
    });
    const { loadBalancerArn, targetGroupArn } = site;
    await expect(
      bench.elb.createListener({ LoadBalancerArn: 'arn:none', ...forward(targetGroupArn) }),
    ).rejects.toMatchObject({ name: 'LoadBalancerNotFoundException' });
    await expect(
      bench.elb.createListener({ LoadBalancerArn: loadBalancerArn, ...forward('arn:none') }),
    ).rejects.toMatchObject({ name: 'TargetGroupNotFoundException' });
    await expect(bench.elb.deleteListener({ ListenerArn: 'arn:none' })).rejects.toMatchObject({
      name: 'ListenerNotFoundException',
    });
    await expect(bench.elb.describeSSLPolicies({})).rejects.toMatchObject({
      name: 'InvalidAction',
    });
  });
});

describe('targets', () => {
  test('tell their health and why', async () => {
    const { elb } = bench;
    const site = await bench.site();
    const idle = await createGroup(elb, 'idle');
    const dead = { Id: '127.0.0.1', Port: await freePort() };
    for (const TargetGroupArn of [site.targetGroupArn, idle]) {
      await elb.registerTargets({ TargetGroupArn, Targets: [dead] });
    }
    const health = async (TargetGroupArn: string, Targets?: { Id: string; Port: number }[]) => {
      const { TargetHealthDescriptions } = await elb.describeTargetHealth({ TargetGroupArn, Targets });
      return TargetHealthDescriptions?.map((each) => [each.TargetHealth?.State, each.TargetHealth?.Reason]);
    };
    expect((await health(site.targetGroupArn))?.[0]?.[0]).toBe('initial');
    expect(await health(idle)).toEqual([['unused', 'Target.NotInUse']]);
    await expect
      .poll(() => health(site.targetGroupArn))
      .toEqual([['unhealthy', 'Target.FailedHealthChecks']]);
    await elb.deregisterTargets({ TargetGroupArn: site.targetGroupArn, Targets: [dead] });
    await until(async () => (await health(site.targetGroupArn))?.length === 0);
    expect(await health(site.targetGroupArn, [dead])).toEqual([['unused', 'Target.NotRegistered']]);
  });

  test.each(['i-123', '8.8.8.8', '169.254.169.254', '::1'])('are not at %s', async (Id) => {
    const TargetGroupArn = await createGroup(bench.elb, 'web');
    const refused = bench.elb.registerTargets({ TargetGroupArn, Targets: [{ Id }] });
    await expect(refused).rejects.toMatchObject({ name: 'InvalidTargetException' });
  });
});
