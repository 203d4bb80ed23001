import { parseEnvironments } from '../../core/contract/environment.ts';
import { functionPolicy } from '../../local/iam/function-policy.ts';
import { type IamReport, resolverOf } from '../../local/iam/iam.ts';
import type { Assignment } from '../../local/lambda/settings.ts';
import type { Permission, Topology } from '../../stacks/topology.ts';

/** The topology without the statements of a function for which `isLeftOut` says so. */
export function withoutPermission(
  topology: Topology,
  functionName: string,
  isLeftOut: (permission: Permission) => boolean,
): Topology {
  const node = topology.functions[functionName];
  if (!node) throw new Error(`the topology has no function ${functionName}`);
  const permissions = node.permissions.filter((permission) => !isLeftOut(permission));
  if (permissions.length === node.permissions.length) throw new Error('no statement is left out');
  return { ...topology, functions: { ...topology.functions, [functionName]: { ...node, permissions } } };
}

/**
 * The statements without which everything that was done could still be done, or without which something else is
 * refused: `what was done` is the last call that each grant let through.
 */
export function uselessWithout(
  topology: Topology,
  report: IamReport,
  { account, region, functions }: Assignment,
): readonly string[] {
  const environments = parseEnvironments(functions[0]?.settings.environment.BERTH_ENVIRONMENTS ?? '[]');
  return report.functions.flatMap(({ name, grants }) =>
    (topology.functions[name]?.permissions ?? []).flatMap((permission) => {
      const reduced = withoutPermission(topology, name, (one) => one === permission);
      const policy = functionPolicy(reduced, name, resolverOf(reduced, { account, region }, environments));
      const refused = grants.filter(({ action, last }) => last && !policy.grantFor({ action, ...last }));
      const covers = refused.map(({ action, resource }) => `${action} ${resource}`).sort();
      const should = permission.actions
        .flatMap((action) => permission.resources.map((resource) => `${action} ${resource}`))
        .sort();
      return covers.join() === should.join() ? [] : [`${name}: without ${should}, refused is ${covers}`];
    }),
  );
}
