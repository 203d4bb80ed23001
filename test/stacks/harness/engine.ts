import type { Call, Engine, Registration } from './platform.ts';

/** Where everything is made, for those who look. */
export interface Account {
  readonly account: string;
  readonly region: string;
}

/** A resource as it was asked for, with the ARN that it got. */
export interface Resource {
  readonly type: string;
  /** In Pulumi's state; physical names are among the inputs. */
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly arn: string | undefined;
  readonly url: string | undefined;
}

/**
 * Stands in for Pulumi's engine and its AWS provider: makes nothing, and remembers what it was asked to make. Pulumi
 * keeps to itself why a call failed, so `failed` is told as well.
 */
export function recordingEngine(
  where: Account,
  failed: (error: unknown) => void,
): { engine: Engine; resources: readonly Resource[] } {
  const resources: Resource[] = [];
  return {
    resources,
    engine: {
      newResource(registration) {
        const { type, name, inputs, custom = true } = registration;
        const made = stateOf(registration, where);
        if (custom) resources.push({ type, name, inputs, arn: made.arn, url: made.url });
        return { id: made.id, state: { ...inputs, ...defined(made) } };
      },
      call(call) {
        try {
          return answerTo(call, where);
        } catch (error) {
          failed(error);
          throw error;
        }
      },
    },
  };
}

interface State {
  readonly id: string;
  readonly name: string;
  readonly arn: string | undefined;
  readonly url: string | undefined;
  readonly [output: string]: string | undefined;
}

type Arn = (name: string, where: Account) => string;

const arn =
  (service: string, resource: (name: string) => string): Arn =>
  (name, { account, region }) =>
    `arn:aws:${service}:${service === 'iam' ? '' : region}:${account}:${resource(name)}`;

/** The ARNs of what others refer to by ARN. */
const arns: Readonly<Record<string, Arn>> = {
  'aws:cloudwatch/eventRule:EventRule': arn('events', (name) => `rule/${name}`),
  'aws:cloudwatch/logGroup:LogGroup': arn('logs', (name) => `log-group:${name}`),
  'aws:dynamodb/table:Table': arn('dynamodb', (name) => `table/${name}`),
  'aws:iam/role:Role': arn('iam', (name) => `role/${name}`),
  'aws:lambda/function:Function': arn('lambda', (name) => `function:${name}`),
  'aws:sqs/queue:Queue': arn('sqs', (name) => name),
};

function stateOf({ type, name, inputs, id }: Registration, where: Account): State {
  const called = text(id) ?? text(inputs.name) ?? name;
  const url =
    type === 'aws:sqs/queue:Queue'
      ? `https://sqs.${where.region}.amazonaws.com/${where.account}/${called}`
      : undefined;
  return {
    // An HTTP API's name is no id: as on AWS, nothing may rely on it.
    id: type === 'aws:apigatewayv2/api:Api' ? `id-of-${called}` : (url ?? called),
    name: called,
    arn: arns[type]?.(called, where),
    url,
    ...more[type]?.(called, where),
  };
}

/** What else AWS tells of a resource once it is made. */
const more: Readonly<Record<string, (name: string, where: Account) => Record<string, string>>> = {
  'aws:apigatewayv2/api:Api': (name, { account, region }) => ({
    apiEndpoint: `https://id-of-${name}.execute-api.${region}.amazonaws.com`,
    executionArn: `arn:aws:execute-api:${region}:${account}:id-of-${name}`,
  }),
  'random:index/randomBytes:RandomBytes': () => ({ base64: 'random' }),
};

/** Data sources; a new one is an error, so that nobody is told something that was made up. */
function answerTo({ token, inputs }: Call, { account, region }: Account): Record<string, unknown> {
  switch (token) {
    case 'aws:index/getRegion:getRegion':
      return { region, name: region, id: region };
    case 'aws:index/getPartition:getPartition':
      return { partition: 'aws', dnsSuffix: 'amazonaws.com' };
    case 'aws:index/getCallerIdentity:getCallerIdentity':
      return { accountId: account, arn: `arn:aws:iam::${account}:user/deployer`, userId: 'deployer' };
    case 'aws:iam/getPolicyDocument:getPolicyDocument':
      return { ...inputs, json: policyJson(inputs as unknown as PolicyInputs) };
    default:
      throw new Error(
        `the stack asks AWS for ${token}, which test/stacks/harness/engine.ts has no answer to`,
      );
  }
}

interface PolicyInputs {
  readonly statements?: readonly {
    readonly effect?: string;
    readonly actions: readonly string[];
    readonly resources?: readonly string[];
    readonly principals?: readonly { type: string; identifiers: readonly string[] }[];
    readonly conditions?: readonly { test: string; variable: string; values: readonly string[] }[];
  }[];
}

/** As the AWS provider renders it; what it also knows and nobody uses here is refused. */
function policyJson({ statements = [] }: PolicyInputs): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements.map(statementJson) });
}

function statementJson({
  effect = 'Allow',
  actions,
  resources,
  principals = [],
  conditions = [],
  ...unknown
}: NonNullable<PolicyInputs['statements']>[number]) {
  if (Object.keys(unknown).length > 0)
    throw new Error(`a policy has ${Object.keys(unknown).join(', ')}, which is not rendered here`);
  const Condition: Record<string, Record<string, readonly string[]>> = {};
  for (const { test, variable, values } of conditions)
    Condition[test] = { ...Condition[test], [variable]: values };
  return {
    Effect: effect,
    ...(principals.length > 0 && {
      Principal: Object.fromEntries(principals.map(({ type, identifiers }) => [type, identifiers])),
    }),
    Action: actions,
    ...(resources && { Resource: resources }),
    ...(conditions.length > 0 && { Condition }),
  };
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const defined = <Value>(record: Readonly<Record<string, Value | undefined>>): Record<string, Value> =>
  Object.fromEntries(
    Object.entries(record).filter((entry): entry is [string, Value] => entry[1] !== undefined),
  );
