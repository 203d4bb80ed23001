import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { TrafficRules, TrafficWeight } from '../../../local/ecs/ports.ts';
import { clientBy } from './clients.ts';
import { awsError, type Process } from './process.ts';

type Json = Readonly<Record<string, unknown>>;

const arn = 'arn:aws:elasticloadbalancing:us-east-1:000000000000';

interface Listener {
  readonly ListenerArn: string;
  readonly Port: number;
  readonly ruleArn: string;
  readonly weights: readonly TrafficWeight[];
}

/** What the load balancer holds, shared by all processes and by ECS, which sets the weights of its rules. */
export class Balancer implements TrafficRules {
  readonly #targetGroups = new Map<string, Json>();
  readonly #listeners = new Map<string, Listener>();
  /** Told of the weights that ECS sets, at the moment at which it does. */
  shifted: (ruleArn: string, weights: readonly TrafficWeight[]) => void = () => {};

  weights(ruleArn: string): readonly TrafficWeight[] | undefined {
    return this.#byRule(ruleArn)?.weights;
  }

  setWeights(ruleArn: string, weights: readonly TrafficWeight[]): void {
    const listener = this.#byRule(ruleArn);
    if (!listener) return;
    this.#listeners.set(listener.ListenerArn, { ...listener, weights });
    this.shifted(ruleArn, weights);
  }

  answer(action: string, input: Json): Json {
    switch (action) {
      case 'DescribeTargetGroups':
        return { TargetGroups: this.#described(input) };
      case 'CreateTargetGroup': {
        const group = { ...input, TargetGroupArn: `${arn}:targetgroup/${input.Name}/0123456789abcdef` };
        this.#targetGroups.set(String(input.Name), group);
        return { TargetGroups: [group] };
      }
      case 'ModifyTargetGroup': {
        for (const [name, found] of this.#targetGroups)
          if (found.TargetGroupArn === input.TargetGroupArn)
            this.#targetGroups.set(name, { ...found, ...input });
        return {};
      }
      case 'DescribeListeners':
        return { Listeners: [...this.#listeners.values()].map(asListener) };
      case 'DescribeRules': {
        const listener = this.#listeners.get(String(input.ListenerArn));
        return { Rules: listener ? [{ RuleArn: listener.ruleArn, IsDefault: true }] : [] };
      }
      case 'CreateListener':
        return { Listeners: [asListener(this.#create(input))] };
      case 'ModifyListener': {
        const listener = this.#listeners.get(String(input.ListenerArn));
        if (!listener) throw awsError('ListenerNotFoundException', 'One or more listeners not found', 400);
        this.#listeners.set(listener.ListenerArn, { ...listener, weights: weightsIn(input) });
        return {};
      }
      default:
        throw new Error(`the simulation has no ${action}`);
    }
  }

  #byRule(ruleArn: string): Listener | undefined {
    return [...this.#listeners.values()].find((listener) => listener.ruleArn === ruleArn);
  }

  #described({ Names, TargetGroupArns }: Json): Json[] {
    const all = [...this.#targetGroups.values()];
    const found = all.filter(
      ({ Name, TargetGroupArn }) =>
        (Names as unknown[] | undefined)?.includes(Name) ||
        (TargetGroupArns as unknown[] | undefined)?.includes(TargetGroupArn),
    );
    if (found.length > 0) return found;
    throw awsError('TargetGroupNotFoundException', 'One or more target groups not found', 400);
  }

  #create(input: Json): Listener {
    const Port = Number(input.Port);
    const ListenerArn = `${arn}:listener/app/berth/1/${Port}`;
    if (this.#listeners.has(ListenerArn))
      throw awsError('DuplicateListenerException', 'A listener already exists on this port', 400);
    const ruleArn = `${arn}:listener-rule/app/berth/1/${Port}/1`;
    const listener = { ListenerArn, Port, ruleArn, weights: weightsIn(input) };
    this.#listeners.set(ListenerArn, listener);
    return listener;
  }
}

const asListener = ({ ListenerArn, Port, weights }: Listener): Json => ({
  ListenerArn,
  Port,
  DefaultActions: [
    {
      Type: 'forward',
      ForwardConfig: {
        TargetGroups: weights.map(({ targetGroupArn, weight }) => ({
          TargetGroupArn: targetGroupArn,
          Weight: weight,
        })),
      },
    },
  ],
});

interface Forward {
  readonly TargetGroupArn?: string;
  readonly ForwardConfig?: { readonly TargetGroups: readonly Weighted[] };
}

interface Weighted {
  readonly TargetGroupArn: string;
  readonly Weight?: number;
}

function weightsIn(input: Json): readonly TrafficWeight[] {
  const [{ TargetGroupArn, ForwardConfig } = {}] = input.DefaultActions as readonly Forward[];
  if (TargetGroupArn !== undefined) return [{ targetGroupArn: TargetGroupArn, weight: 1 }];
  return (ForwardConfig?.TargetGroups ?? []).map((one) => ({
    targetGroupArn: one.TargetGroupArn,
    weight: one.Weight ?? 1,
  }));
}

export const loadBalancerClient = (process: Process, there: Balancer): ElasticLoadBalancingV2Client =>
  clientBy((action, input) => process.call(action, false, () => there.answer(action, input)));
