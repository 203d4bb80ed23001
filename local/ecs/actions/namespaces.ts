import type * as sdk from '@aws-sdk/client-ecs';
import { invalid, namespaceNotFound } from '../errors.ts';
import { page } from '../paging.ts';
import { type ActionContext, type Actions, action } from './action.ts';

const defaultPageSize = 10;

/** Services by the Cloud Map namespace that they use for Service Connect, whatever their cluster. */
export function namespaceActions(context: ActionContext): Actions {
  const { services, revisions } = context.state;
  return {
    ListServicesByNamespace: action<sdk.ListServicesByNamespaceRequest, sdk.ListServicesByNamespaceResponse>(
      'ListServicesByNamespace',
      ({ namespace: reference = '', nextToken, maxResults }) => {
        if (reference === '') throw invalid('namespace should not be null or empty.');
        const namespace = context.registry.namespace(reference);
        if (!namespace) throw namespaceNotFound();
        const using = [...services.values()].filter(
          ({ status, deployments }) =>
            status === 'ACTIVE' &&
            revisions.get(deployments[0]?.revisionArn ?? '')?.connect?.namespaceArn === namespace.arn,
        );
        const listed = page(using, ({ key }) => key, {
          query: ['ListServicesByNamespace', namespace.arn],
          nextToken,
          maxResults: maxResults ?? defaultPageSize,
        });
        return { serviceArns: listed.items.map(({ arn }) => arn), nextToken: listed.nextToken };
      },
    ),
  };
}
