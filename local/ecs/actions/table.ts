import { AwsError } from '../../support/service.ts';
import { unsupported } from '../errors.ts';
import { fidelity } from '../fidelity.ts';
import { knownActions } from '../shapes.ts';
import type { Action, ActionContext } from './action.ts';
import { agentActions } from './agent.ts';
import { attributeActions } from './attributes.ts';
import { capacityProviderActions } from './capacity-providers.ts';
import { clusterActions } from './clusters.ts';
import { containerInstanceActions } from './container-instances.ts';
import { executeCommandActions } from './execute-command.ts';
import { namespaceActions } from './namespaces.ts';
import { serviceDeploymentActions } from './service-deployments.ts';
import { serviceActions } from './services.ts';
import { settingActions } from './settings.ts';
import { startTaskActions } from './start-task.ts';
import { tagActions } from './tags.ts';
import { taskDefinitionActions } from './task-definitions.ts';
import { taskSetActions } from './task-sets.ts';
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
      ...executeCommandActions(context),
      ...startTaskActions(context),
      ...containerInstanceActions(context),
      ...attributeActions(context),
      ...taskSetActions(context),
      ...agentActions(context),
      ...namespaceActions(context),
      ...tagActions(context),
      ...settingActions(context),
    }),
  );
  return (name) => {
    const found = actions.get(name);
    if (found) return found;
    if (knownActions.has(name)) {
      const of = fidelity[name]?.note;
      throw unsupported(`Local AWS does not have the action ${name}${of ? `: ${of.toLowerCase()}` : ''}.`);
    }
    throw new AwsError('UnknownOperationException', `Unknown operation ${name.slice(0, 100)}.`);
  };
}
