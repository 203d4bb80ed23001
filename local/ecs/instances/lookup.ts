import { isArn } from '../arns.ts';
import type { EcsContext } from '../context.ts';
import type { InstanceRecord } from './model.ts';

type Named = { readonly name: string };

/** An instance of the cluster by its id or ARN, INACTIVE ones too; undefined when there is none. */
export function findInstance(
  { state, arns }: Pick<EcsContext, 'state' | 'arns'>,
  cluster: Named,
  reference: string,
): InstanceRecord | undefined {
  const parts = isArn(reference) ? arns.parts(reference, 'container-instance') : [reference];
  const instance = state.instances.get(parts?.at(-1) ?? '');
  return instance?.cluster === cluster.name ? instance : undefined;
}

/** The ARN that a reference means, whether or not there is such an instance. */
export function instanceArn({ arns }: Pick<EcsContext, 'arns'>, cluster: Named, reference: string): string {
  return isArn(reference) ? reference : arns.containerInstance(cluster.name, reference);
}
