import { type Statement, statementsOf, triggerStatementsOf } from '../policy.ts';
import type { Stage } from '../stages.ts';
import type { FunctionNode, Topology } from '../topology.ts';
import { logical, physical } from './names.ts';
import { queueIn } from './queues.ts';
import { arnsBy, type Made, variablesBy } from './symbols.ts';

/** By the topology's names. */
export type Functions = ReadonlyMap<string, sst.aws.Function>;

type Permissions = readonly Statement<$util.Input<string>>[];

export function createFunctions(topology: Topology, made: Made, stage: Stage): Functions {
  const arns = arnsBy(made, stage);
  return new Map(
    Object.entries(topology.functions).map(([name, node]) => {
      const permissions = [
        ...statementsOf(topology, name, arns),
        ...triggerStatementsOf(topology, name, arns),
        ownLog(name, stage),
      ];
      return [name, createFunction(name, node, { made, stage, permissions })];
    }),
  );
}

interface Means {
  readonly made: Made;
  readonly stage: Stage;
  readonly permissions: Permissions;
}

function createFunction(name: string, node: FunctionNode, { made, stage, permissions }: Means) {
  const { deadLetter, reservedConcurrency } = node;
  return new sst.aws.Function(logical(name), {
    name: physical(name),
    // The very bytes that Local AWS runs: `npm run build` makes them.
    bundle: `dist/functions/${name}`,
    handler: 'index.handler',
    runtime: 'nodejs24.x',
    architecture: 'arm64',
    memory: `${node.memoryMb} MB`,
    timeout: `${node.timeoutSeconds} seconds`,
    environment: variablesBy(made, stage)(node.environment),
    permissions: permissions.map(granted),
    logging: { format: 'json' },
    ...(stage.reserveConcurrency &&
      reservedConcurrency && { concurrency: { reserved: reservedConcurrency } }),
    // Local AWS is for developing; a stage always runs what was built.
    dev: false,
    transform: {
      role: {
        name: physical(name),
        managedPolicyArns: [],
        // SST would let everybody in the account take the role.
        assumeRolePolicy: JSON.stringify(trusting('lambda.amazonaws.com')),
        ...boundaryOf(stage),
      },
      logGroup: { retentionInDays: stage.logRetentionDays },
      ...(deadLetter && {
        function: { deadLetterConfig: { targetArn: queueIn(made.queues, deadLetter).arn } },
      }),
    },
  });
}

/** The policy of a role that one service of AWS may take, in the cases of `condition`. */
export const trusting = (service: string, condition?: object) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: service },
      Action: 'sts:AssumeRole',
      ...(condition && { Condition: condition }),
    },
  ],
});

export const boundaryOf = ({ permissionsBoundaryArn }: Stage) =>
  permissionsBoundaryArn === undefined ? {} : { permissionsBoundary: permissionsBoundaryArn };

/** Instead of AWS's managed policy, which lets a function write to every log of the account. */
function ownLog(name: string, { partition, region, account }: Stage): Permissions[number] {
  const group = `arn:${partition}:logs:${region}:${account}:log-group:/aws/lambda/${physical(name)}`;
  return {
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [`${group}:*`],
    conditions: [],
  };
}

const granted = ({ actions, resources, conditions }: Permissions[number]) => ({
  actions: [...actions],
  resources: [...resources],
  ...(conditions.length > 0 && {
    conditions: conditions.map(({ test, variable, values }) => ({ test, variable, values: [...values] })),
  }),
});
