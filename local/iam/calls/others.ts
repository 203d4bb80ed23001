import { type ApiCall, arnOf, type Here, lastPart, type NeedsOf, noContext, text, texts } from './call.ts';

type Input = ApiCall['input'];

const need = (action: string, resource: string) => ({ action, resource, context: noContext });

/** SQS: a batch is checked as its single action is. */
export const sqsNeeds: NeedsOf = ({ action, input }, here) => {
  const name = text(input.QueueUrl) === '' ? text(input.QueueName) : lastPart(text(input.QueueUrl));
  const resource = name === '' ? '*' : arnOf('sqs', here, name);
  return [need(`sqs:${action.replace(/Batch$/, '')}`, resource)];
};

/** CloudWatch Logs: actions on events are checked against the stream, an empty one where they name none. */
export const logsNeeds: NeedsOf = ({ action, input }, here) => {
  const group = text(input.logGroupName) || (text(input.logGroupIdentifier).split(':')[6] ?? '');
  if (group === '') return [need(`logs:${action}`, '*')];
  const stream = ofStream.has(action) ? text(input.logStreamName) : '';
  return [need(`logs:${action}`, arnOf('logs', here, `log-group:${group}:log-stream:${stream}`))];
};

const ofStream = new Set(['GetLogEvents', 'PutLogEvents', 'CreateLogStream', 'DeleteLogStream']);

/** CloudWatch: alarms are checked by themselves, metrics by their namespace only. */
export const cloudWatchNeeds: NeedsOf = ({ action, input }, here) => {
  const alarms = [input.AlarmName, ...texts(input.AlarmNames)].map(text).filter((name) => name !== '');
  const namespace = text(input.Namespace);
  const context = action === 'PutMetricData' ? { 'cloudwatch:namespace': namespace } : noContext;
  const named = alarms.map((name) =>
    need(`cloudwatch:${action}`, arnOf('cloudwatch', here, `alarm:${name}`)),
  );
  return named.length > 0 ? named : [{ ...need(`cloudwatch:${action}`, '*'), context }];
};

/** DynamoDB: a query of an index is checked against the index alone. */
export const dynamoDbNeeds: NeedsOf = ({ action, input }, here) => {
  const table = (name: unknown) => arnOf('dynamodb', here, `table/${lastPart(text(name))}`);
  if (action === 'BatchGetItem' || action === 'BatchWriteItem')
    return membersOf(input.RequestItems).map((name) => need(`dynamodb:${action}`, table(name)));
  if (action === 'TransactWriteItems' || action === 'TransactGetItems')
    return transacted(input).map(([name, of]) => need(`dynamodb:${actionOf[name] ?? name}`, table(of)));
  if (text(input.TableName) === '') return [need(`dynamodb:${action}`, '*')];
  const index = text(input.IndexName);
  const resource = table(input.TableName);
  return [need(`dynamodb:${action}`, index === '' ? resource : `${resource}/index/${index}`)];
};

const actionOf: Readonly<Record<string, string>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  Get: 'GetItem',
  ConditionCheck: 'ConditionCheckItem',
};

const membersOf = (value: unknown): readonly string[] =>
  typeof value === 'object' && value !== null ? Object.keys(value) : [];

/** Each part of a transaction is checked by itself. */
function transacted({ TransactItems }: Input): readonly (readonly [name: string, table: unknown])[] {
  if (!Array.isArray(TransactItems)) return [];
  return TransactItems.flatMap((item: unknown) =>
    Object.entries((item ?? {}) as Record<string, { readonly TableName?: unknown } | null>).map(
      ([name, part]) => [name, part?.TableName] as const,
    ),
  );
}

/** Secrets Manager: a secret by its ARN, one by its name whatever AWS put behind the name. */
export const secretsManagerNeeds: NeedsOf = ({ action, input }, here) => {
  const id = text(input.SecretId);
  const named = arnOf('secretsmanager', here, `secret:${id}-??????`);
  return [need(`secretsmanager:${action}`, id === '' ? '*' : id.startsWith('arn:') ? id : named)];
};

/** Lambda's Invoke, by the function's name. */
export const lambdaNeeds: NeedsOf = ({ action, input }, here) => [
  need(`lambda:${action}Function`, arnOf('lambda', here, `function:${text(input.FunctionName)}`)),
];

/** EventBridge: entries are checked against their buses, rules against themselves. */
export const eventsNeeds: NeedsOf = ({ action, input }, here) => {
  if (action === 'PutEvents') {
    const entries = Array.isArray(input.Entries) ? (input.Entries as unknown[]) : [];
    const buses = entries.map((one) => lastPart(text((one as Input | null)?.EventBusName) || 'default'));
    return [...new Set(buses)].map((bus) => need('events:PutEvents', eventBus(bus, here)));
  }
  const rule = text(input.Rule) || text(input.Name);
  const bus = lastPart(text(input.EventBusName) || 'default');
  const path = bus === 'default' ? rule : `${bus}/${rule}`;
  return [need(`events:${action}`, rule === '' ? '*' : arnOf('events', here, `rule/${path}`))];
};

const eventBus = (name: string, here: Here) => arnOf('events', here, `event-bus/${name}`);

/** ELBv2, from the form as it came: what is made is checked by the name that it will have. */
export const loadBalancingNeeds: NeedsOf = ({ action, input }, here) => {
  const resources = loadBalancingResources(action, input, here);
  const tagged = action.startsWith('Create') && text(input['Tags.member.1.Key']) !== '';
  return [
    ...resources.map((resource) => need(`elasticloadbalancing:${action}`, resource)),
    ...(tagged ? resources : []).map((resource) => ({
      ...need('elasticloadbalancing:AddTags', resource),
      context: { 'elasticloadbalancing:CreateAction': action },
    })),
  ];
};

function loadBalancingResources(action: string, input: Input, here: Here): readonly string[] {
  if (action.startsWith('Describe')) return ['*'];
  const made = (resource: string) => [
    arnOf('elasticloadbalancing', here, `${resource}/${text(input.Name)}/*`),
  ];
  if (action === 'CreateTargetGroup') return made('targetgroup');
  if (action === 'CreateLoadBalancer') return made('loadbalancer/app');
  const members = texts(
    Object.entries(input)
      .filter(([name]) => name.startsWith('ResourceArns.member.'))
      .map(([, value]) => value),
  );
  const { RuleArn, ListenerArn, TargetGroupArn, LoadBalancerArn } = input;
  const named = [RuleArn, ListenerArn, TargetGroupArn, LoadBalancerArn].map(text).find((arn) => arn !== '');
  if (members.length > 0) return members;
  return [named ?? '*'];
}
