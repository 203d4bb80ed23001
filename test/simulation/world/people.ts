import { createDeployment as createDeploymentBody } from '../../../core/contract/requests.ts';
import { BerthError } from '../../../core/kernel/errors.ts';
import { abortDeployment } from '../../../core/operations/controls.ts';
import { createDeployment } from '../../../core/operations/create-deployment.ts';
import type { OperationDependencies } from '../../../core/operations/ports.ts';
import { rollBack } from '../../../core/operations/roll-back.ts';
import { scaleService } from '../../../core/operations/scaling.ts';
import type { ServiceTraits, Step } from '../story.ts';

export const environmentName = 'local';
export const ecsNameOf = (service: string) => `shop-${service}`;

/** What people ask of the API. */
export type Asked = Extract<Step, { do: 'deploy' | 'roll-back' | 'abort' | 'scale' }>;

/**
 * One request, answered by the very operations of the API. `key` is the same at every attempt. Answers the
 * deployment's id where it made one; throws what Berth refuses for good as a `BerthError`.
 */
export async function ask(
  deps: OperationDependencies,
  step: Asked,
  traits: ServiceTraits,
  context: { readonly key: string; readonly newest: string | undefined },
): Promise<string | undefined> {
  const params = { environment: environmentName, service: ecsNameOf(step.service) };
  const query = {};
  switch (step.do) {
    case 'deploy':
      return (
        await createDeployment(deps, {
          params: {},
          query,
          body: bodyOf(step, traits),
          idempotencyKey: context.key,
        })
      ).id;
    case 'roll-back': {
      const body = { whenBusy: step.whenBusy };
      return (await rollBack(deps, { params, query, body, idempotencyKey: context.key })).id;
    }
    case 'abort':
      if (context.newest) await abortDeployment(deps, { params: { id: context.newest }, body: {} });
      return undefined;
    case 'scale':
      await scaleService(deps, { params, query, body: { count: step.count } });
      return undefined;
  }
}

/** Whether asking again is of no use. */
export const isRefusal = (error: unknown) =>
  error instanceof BerthError && !['throttled', 'unavailable', 'internal'].includes(error.kind);

const health = { command: ['check'], interval: '5s', timeout: '2s', healthy: 2, unhealthy: 2, grace: '6s' };

function bodyOf(step: Extract<Asked, { do: 'deploy' }>, traits: ServiceTraits) {
  const { listen, checked, circuitBreaker, timeoutSeconds, minimumHealthyPercent, maximumPercent } = traits;
  return createDeploymentBody.parse({
    environment: environmentName,
    app: 'shop',
    service: step.service,
    whenBusy: step.whenBusy,
    spec: {
      image: `shop:${step.behaviour}-${step.version}`,
      port: 8080,
      listen: listen ?? false,
      ...(checked && { health }),
      ...(step.count !== undefined && { count: step.count }),
      deploy: { timeout: `${timeoutSeconds}s`, circuitBreaker, minimumHealthyPercent, maximumPercent },
    },
  });
}
