import { AwsError, type AwsService } from '../../support/service.ts';
import { attributeActions } from './attributes.ts';
import type { Context, Run } from './context.ts';
import { listenerActions } from './listeners.ts';
import { loadBalancerAttributeActions } from './loadbalancer-attributes.ts';
import { loadBalancerActions } from './loadbalancers.ts';
import { ruleActions } from './rules.ts';
import { tagActions } from './tags.ts';
import { targetGroupActions } from './targetgroups.ts';
import { targetActions } from './targets.ts';
import { answerXml } from './xml.ts';

const actions = new Map<string, Run>(
  [
    loadBalancerActions,
    loadBalancerAttributeActions,
    listenerActions,
    ruleActions,
    targetGroupActions,
    attributeActions,
    targetActions,
    tagActions,
  ].flatMap((group) => Object.entries(group)),
);

/** Elastic Load Balancing v2 in the query protocol: takes flat parameters, answers with the XML text. */
export function createService(context: Context): AwsService {
  return {
    name: 'elasticloadbalancing',
    queryVersion: '2015-12-01',
    async call(name, input) {
      const run = actions.get(name);
      if (!run) throw new AwsError('InvalidAction', `Local AWS's load balancer has no action ${name}`);
      return answerXml(name, await run(context, input));
    },
  };
}
