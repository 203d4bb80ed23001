import {
  CreateEventBusCommand,
  DeleteRuleCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Received } from '../sqs/line.ts';
import { defaultSettings } from '../sqs/queue.ts';
import { VirtualClock } from '../support/clock.ts';
import { openJournal } from '../support/journal.ts';
import { clientOptions, startTestCloud, type TestCloud, testTopology } from '../testing.ts';
import { DeliveryError, type Destinations, type ServiceEvent } from './model.ts';
import { createEvents } from './service.ts';

const queue = { visibilitySeconds: 30, maxReceives: undefined, deadLetter: undefined };
const arn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;

describe('the service', () => {
  let cloud: TestCloud;
  let client: EventBridgeClient;

  beforeEach(async () => {
    const topology = testTopology({
      queues: { inbox: queue, small: queue, dead: queue },
      rules: { ecs: { bus: 'default', pattern: { source: ['aws.ecs'] }, target: { queue: 'inbox' } } },
    });
    cloud = await startTestCloud({ topology, clock: new VirtualClock(1_800_000_000_000) });
    client = new EventBridgeClient(clientOptions(cloud.url));
  });

  afterEach(async () => {
    client.destroy();
    await cloud.close();
  });

  const drained = async (name: string): Promise<readonly Received[]> =>
    cloud.sqs.queues.receive(cloud.sqs.queues.get(name)!, { max: 10, waitMs: 0 });
  const bodies = async (name: string) => (await drained(name)).map((one) => JSON.parse(one.message.body));
  const rule = async (name: string, pattern: object, target: string, more: object = {}) => {
    await client.send(new PutRuleCommand({ Name: name, EventPattern: JSON.stringify(pattern) }));
    await client.send(
      new PutTargetsCommand({ Rule: name, Targets: [{ Id: 't', Arn: arn(target), ...more }] }),
    );
  };
  const put = (...Entries: object[]) => client.send(new PutEventsCommand({ Entries }));

  it('brings an event to the targets of the rules that match', async () => {
    await rule('orders', { source: ['shop'], detail: { total: [{ numeric: ['>', 10] }] } }, 'small');
    const answer = await put(
      { Source: 'shop', DetailType: 'Order', Detail: '{"total":11}', Resources: ['r'] },
      { Source: 'shop', DetailType: 'Order', Detail: '{"total":9}' },
    );
    expect(answer.FailedEntryCount).toBe(0);
    expect(await bodies('small')).toEqual([
      {
        version: '0',
        id: answer.Entries![0]!.EventId,
        'detail-type': 'Order',
        source: 'shop',
        account: '000000000000',
        time: '2027-01-15T08:00:00Z',
        region: 'us-east-1',
        resources: ['r'],
        detail: { total: 11 },
      },
    ]);
    expect(await bodies('inbox')).toEqual([]);
  });

  it('lets nobody speak for AWS, and refuses bad entries one by one', async () => {
    const answer = await put(
      { Source: 'aws.ecs', DetailType: 'ECS Task State Change', Detail: '{}' },
      { Source: 'shop', DetailType: 'x', Detail: '[1]' },
      { Source: 'shop', DetailType: 'x', Detail: '{' },
      { Source: 'shop', Detail: '{}' },
      { Source: 'shop', DetailType: 'x', Detail: '{}', EventBusName: 'nowhere' },
      { Source: 'shop', DetailType: 'x', Detail: '{}' },
    );
    expect(answer.Entries!.map((entry) => entry.ErrorCode)).toEqual([
      'NotAuthorizedForSourceException',
      'MalformedDetail',
      'MalformedDetail',
      'InvalidArgument',
      'ResourceNotFoundException',
      undefined,
    ]);
    expect(await bodies('inbox')).toEqual([]);
    const large = put({ Source: 's', DetailType: 't', Detail: JSON.stringify({ a: 'x'.repeat(262_144) }) });
    await expect(large).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('publishes AWS’s own events into the queue within the turn', async () => {
    cloud.events.publish(event('e-1'));
    expect(cloud.sqs.queues.counts(cloud.sqs.queues.get('inbox')!).visible).toBe(1);
    expect(await bodies('inbox')).toEqual([event('e-1')]);
  });

  it('keeps rules and targets', async () => {
    await client.send(new CreateEventBusCommand({ Name: 'mine' }));
    expect((await client.send(new ListEventBusesCommand({}))).EventBuses!.map((bus) => bus.Name)).toEqual([
      'default',
      'mine',
    ]);
    await rule('orders', { source: ['shop'] }, 'small', { DeadLetterConfig: { Arn: arn('dead') } });
    expect(await client.send(new DescribeRuleCommand({ Name: 'orders' }))).toMatchObject({
      Arn: 'arn:aws:events:us-east-1:000000000000:rule/orders',
      State: 'ENABLED',
      EventPattern: '{"source":["shop"]}',
    });
    const page = await client.send(new ListRulesCommand({ Limit: 1 }));
    const rest = await client.send(new ListRulesCommand({ Limit: 1, NextToken: page.NextToken }));
    expect([...page.Rules!, ...rest.Rules!].map((one) => one.Name)).toEqual(['ecs', 'orders']);
    const { Targets } = await client.send(new ListTargetsByRuleCommand({ Rule: 'orders' }));
    expect(Targets).toMatchObject([{ Id: 't', Arn: arn('small'), DeadLetterConfig: { Arn: arn('dead') } }]);
    await client.send(new DisableRuleCommand({ Name: 'orders' }));
    await put({ Source: 'shop', DetailType: 'x', Detail: '{}' });
    expect(await bodies('small')).toEqual([]);
    await expect(client.send(new DeleteRuleCommand({ Name: 'orders' }))).rejects.toThrow('has targets');
    await client.send(new RemoveTargetsCommand({ Rule: 'orders', Ids: ['t'] }));
    await client.send(new DeleteRuleCommand({ Name: 'orders' }));
    await expect(client.send(new DescribeRuleCommand({ Name: 'orders' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('refuses a pattern that does not compile', async () => {
    const bad = client.send(new PutRuleCommand({ Name: 'bad', EventPattern: '{"a":"b"}' }));
    await expect(bad).rejects.toMatchObject({ name: 'InvalidEventPatternException' });
  });

  it('refuses two targets of one Id', async () => {
    await rule('orders', { source: ['shop'] }, 'small');
    const Targets = ['small', 'large'].map((name) => ({ Id: 'x', Arn: arn(name) }));
    const twice = client.send(new PutTargetsCommand({ Rule: 'orders', Targets }));
    await expect(twice).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('hands to the dead-letter queue at once what no retry can deliver', async () => {
    await rule('lost', { source: ['shop'] }, 'nowhere', { DeadLetterConfig: { Arn: arn('dead') } });
    await put({ Source: 'shop', DetailType: 'x', Detail: '{}' });
    const [dead] = await drained('dead');
    expect(JSON.parse(dead!.message.body)).toMatchObject({ source: 'shop' });
    expect(dead!.message.attributes).toMatchObject({
      ERROR_CODE: { StringValue: 'RESOURCE_NOT_FOUND' },
      RULE_ARN: { StringValue: 'arn:aws:events:us-east-1:000000000000:rule/lost' },
      TARGET_ARN: { StringValue: arn('nowhere') },
      RETRY_ATTEMPTS: { StringValue: '0' },
    });
    expect(cloud.sqs.queues.get('small')!.settings).toMatchObject({ visibilitySeconds: 30 });
    expect(defaultSettings.redrive).toBeUndefined();
  });
});

describe('delivery', () => {
  const setup = (journal = openJournal(), clock = new VirtualClock(1_800_000_000_000)) => {
    const delivered: string[] = [];
    const dead: Readonly<Record<string, string>>[] = [];
    const state = { down: true };
    const destinations: Destinations = {
      deliver(_arn, payload) {
        if (state.down) throw new DeliveryError('SDK_CLIENT_ERROR', 'down', true);
        delivered.push(payload);
      },
      deadLetter: (_arn, _payload, attributes) => void dead.push(attributes),
    };
    const identity = { account: '000000000000', region: 'us-east-1' };
    const events = createEvents({ journal, clock, ...identity, destinations, log: () => undefined });
    const target = {
      id: 't',
      arn: arn('q'),
      input: undefined,
      deadLetterArn: arn('dead'),
      maximumRetries: 3,
      maximumAgeSeconds: 86_400,
    };
    const pattern = JSON.stringify({ source: ['aws.ecs'] });
    events.buses.putRule({
      bus: 'default',
      name: 'r',
      pattern,
      state: 'ENABLED',
      description: undefined,
      targets: [target],
    });
    return { journal, clock, events, delivered, dead, state };
  };

  it('is tried again until the target takes it, also after a restart', async () => {
    const { journal, clock, events, delivered } = setup();
    events.publish(event('e-1'));
    expect(events.pending()).toBe(1);
    const restarted = setup(journal, clock);
    restarted.state.down = false;
    await clock.advance(60_000);
    expect(restarted.delivered.map((payload) => JSON.parse(payload).id)).toEqual(['e-1']);
    expect(restarted.events.pending()).toBe(0);
    expect(delivered).toEqual([]);
  });

  it('gives up after the retries that the target allows, and says so', async () => {
    const { clock, events, dead } = setup();
    events.publish(event('e-1'));
    await clock.advance(3_600_000);
    expect(dead).toMatchObject([{ RETRY_ATTEMPTS: '3', EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts' }]);
    expect(events.pending()).toBe(0);
  });
});

function event(id: string): ServiceEvent {
  return {
    version: '0',
    id,
    'detail-type': 'ECS Task State Change',
    source: 'aws.ecs',
    account: '000000000000',
    time: '2027-01-15T08:00:00Z',
    region: 'us-east-1',
    resources: [],
    detail: { lastStatus: 'RUNNING' },
  };
}
