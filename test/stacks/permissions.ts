import { expect } from 'vitest';
import { outsideArns, type Statement, statementsOf, triggerStatementsOf } from '../../stacks/policy.ts';
import type { Stage } from '../../stacks/stages.ts';
import type { Topology } from '../../stacks/topology.ts';
import { type Manifest, type PolicyStatement, statementsIn } from './harness/manifest.ts';
import { functionsWith, rolesOfEcs } from './names.ts';

/** Each function's role has the statements of policy.ts, by which Local AWS decides as well, and no other. */
export function permissionsAreTheTopologys(manifest: Manifest, topology: Topology, stage: Stage): void {
  for (const name of Object.keys(topology.functions)) {
    const role = manifest['iam.Role']?.[`berth-${stage.name}-${name}`];
    const arns = symbolic(stage);
    expect(statementsIn(role), name).toEqual(
      [
        ...statementsOf(topology, name, arns),
        ...triggerStatementsOf(topology, name, arns),
        ownLog(name, stage),
      ].map(rendered),
    );
    expect(role, name).not.toHaveProperty('managedPolicyArns');
  }
}

/** As the manifest writes them: what the stack makes by its symbol, all else for any account and region. */
const symbolic = (stage: Stage) => (symbol: string) =>
  /^(?:table|queue:)/.test(symbol)
    ? [symbol]
    : outsideArns(symbol, stage).map((arn) =>
        arn
          .replaceAll(stage.account, '<account>')
          .replaceAll(stage.region, '<region>')
          .replace(`arn:aws:iam::<account>:role/berth-${stage.name}-`, 'role:'),
      );

const ownLog = (name: string, stage: Stage): Statement<string> => ({
  actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  resources: [`arn:aws:logs:<region>:<account>:log-group:/aws/lambda/berth-${stage.name}-${name}:*`],
  conditions: [],
});

function rendered({ actions, resources, conditions }: Statement<string>): PolicyStatement {
  const Condition: Record<string, Record<string, readonly string[]>> = {};
  for (const { test, variable, values } of conditions)
    Condition[test] = { ...Condition[test], [variable]: values };
  return {
    Effect: 'Allow',
    Action: actions,
    Resource: resources,
    ...(conditions.length > 0 && { Condition }),
  };
}

export function permissionsAreTight(manifest: Manifest, topology: Topology, stage: Stage): void {
  const roles = Object.entries(manifest['iam.Role'] ?? {});
  const statements = roles.flatMap(([role, properties]) =>
    statementsIn(properties).map((statement) => ({ role, ...statement })),
  );
  expect(statements.length).toBeGreaterThan(roles.length);
  for (const { Action } of statements) for (const action of Action) expect(action).not.toContain('*');
  for (const { role, Action, Resource } of statements)
    if (Resource.includes('*')) expect(reasonFor(topology, Action), `${role}: ${Action} on *`).toBeTruthy();
  for (const { Action, Condition } of statements)
    if (Action.includes('iam:PassRole'))
      expect(Condition).toEqual({
        StringEquals: { 'iam:PassedToService': [expect.stringMatching(/^ecs(?:-tasks)?\.amazonaws\.com$/)] },
      });
  for (const { Action, Resource } of statements)
    if (Action.includes('ecs:RunTask')) expect(Resource).not.toContain('*');
  rolesAreTakenByServicesOnly(manifest, topology, stage);
  queuesTakeFromRulesOnly(manifest);
}

const reasonFor = (topology: Topology, actions: readonly string[]) =>
  Object.keys(topology.functions)
    .flatMap((name) => statementsOf(topology, name, (symbol) => [symbol]))
    .find((statement) => statement.actions.join() === actions.join())?.because;

function rolesAreTakenByServicesOnly(manifest: Manifest, topology: Topology, stage: Stage): void {
  const roles = Object.values(manifest['iam.Role'] ?? {});
  const taken = roles.flatMap(
    ({ assumeRolePolicy }) =>
      (assumeRolePolicy as unknown as { Statement: { Principal: object }[] }).Statement,
  );
  const ofLambda = Object.keys(topology.functions).map(() => ({ Service: 'lambda.amazonaws.com' }));
  const ofScheduler = functionsWith(topology, 'schedule').map(() => ({
    Service: 'scheduler.amazonaws.com',
  }));
  const byText = (principals: readonly object[]) => principals.map((one) => JSON.stringify(one)).sort();
  const ofEcs = rolesOfEcs(stage).map(() => ({ Service: 'ecs.amazonaws.com' }));
  expect(byText(taken.map(({ Principal }) => Principal))).toEqual(
    byText([...ofLambda, ...ofScheduler, ...ofEcs]),
  );
}

function queuesTakeFromRulesOnly(manifest: Manifest): void {
  for (const { policy } of Object.values(manifest['sqs.QueuePolicy'] ?? {}))
    for (const statement of (policy as unknown as { Statement: Record<string, unknown>[] }).Statement)
      expect(statement).toMatchObject({
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: expect.stringMatching(/^queue:/),
        Condition: { ArnEquals: { 'aws:SourceArn': [expect.stringMatching(/^rule:/)] } },
      });
}
