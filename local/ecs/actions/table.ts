import { AwsError } from '../../support/service.ts';
import { unsupported } from '../errors.ts';
import { knownActions } from '../shapes.ts';
import type { Action, ActionContext } from './action.ts';
import { capacityProviderActions } from './capacity-providers.ts';
import { clusterActions } from './clusters.ts';
import { serviceDeploymentActions } from './service-deployments.ts';
import { serviceActions } from './services.ts';
import { settingActions } from './settings.ts';
import { tagActions } from './tags.ts';
import { taskDefinitionActions } from './task-definitions.ts';
import { taskActions } from './tasks.ts';

/** Finds an action by its name; throws the modelled refusal of one that Local AWS does not have. */
export function actionTable(context: ActionContext): (name: string) => Action {
  const actions = new Map(
    Object.entries({
      ...clusterActions(context),
      ...capacityProviderActions(context),
      ...taskDefinitionActions(context),
      ...serviceActions(context),
      ...serviceDeploymentActions(context),
      ...taskActions(context),
      ...tagActions(context),
      ...settingActions(context),
    }),
  );
  return (name) => {
    const found = actions.get(name);
    if (found) return found;
    if (knownActions.has(name)) throw unsupported(`Local AWS does not have the action ${name}.`);
    throw new AwsError('UnknownOperationException', `Unknown operation ${name.slice(0, 100)}.`);
  };
}
