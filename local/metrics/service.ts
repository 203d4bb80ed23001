import type { AwsService } from '../support/service.ts';
import type { ActionContext } from './actions.ts';
import { queryErrorCodes } from './errors.ts';

/**
 * CloudWatch's metrics and metric alarms, in every protocol that its clients speak. The actions are loaded by the
 * first who calls one: what measures and evaluates does without them, and each start would pay for them.
 */
export function createMetricsService(
  context: ActionContext,
): AwsService & { readonly queryErrorCodes: Readonly<Record<string, string>> } {
  return {
    name: 'cloudwatch',
    targetPrefix: 'GraniteServiceVersion20100801',
    queryVersion: '2010-08-01',
    xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
    shapeNamespace: 'com.amazonaws.cloudwatch',
    queryErrorCodes,
    async call(name, input) {
      const { perform } = await import('./actions.ts');
      return perform(context, name, input);
    },
  };
}
