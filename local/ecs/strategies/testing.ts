import type { AlarmState, Alarms, Functions, TrafficRules, TrafficWeight } from '../ports.ts';

const arn = 'arn:aws:elasticloadbalancing:us-east-1:000000000000';

export const blueGroup = `${arn}:targetgroup/blue/0123456789abcdef`;
export const greenGroup = `${arn}:targetgroup/green/0123456789abcdef`;
export const productionRule = `${arn}:listener-rule/app/web/1111111111111111/2222222222222222/3333333333333333`;
export const testRule = `${arn}:listener-rule/app/web/1111111111111111/4444444444444444/5555555555555555`;

/** A load balancer whose traffic a deployment can shift; without `testRule` there is no test traffic. */
export function shiftable(withTest = true) {
  return {
    loadBalancers: [
      {
        targetGroupArn: blueGroup,
        containerName: 'app',
        containerPort: 8080,
        advancedConfiguration: {
          alternateTargetGroupArn: greenGroup,
          productionListenerRule: productionRule,
          ...(withTest ? { testListenerRule: testRule } : {}),
          roleArn: 'arn:aws:iam::000000000000:role/ecs',
        },
      },
    ],
  };
}

/** Listener rules that remember every change; those of this file lead to the blue group at first. */
export class ScriptedRules implements TrafficRules {
  readonly rules = new Map<string, readonly TrafficWeight[]>([
    [productionRule, [{ targetGroupArn: blueGroup, weight: 100 }]],
    [testRule, [{ targetGroupArn: blueGroup, weight: 100 }]],
  ]);
  /** The share of the green group after each change of the production rule. */
  readonly history: number[] = [];

  weights(ruleArn: string): readonly TrafficWeight[] | undefined {
    return this.rules.get(ruleArn);
  }

  setWeights(ruleArn: string, weights: readonly TrafficWeight[]): void {
    this.rules.set(ruleArn, weights);
    if (ruleArn === productionRule) this.history.push(this.share(productionRule, greenGroup));
  }

  /** The percentage of the rule's requests that a group gets. */
  share(ruleArn: string, targetGroupArn: string): number {
    const weights = this.rules.get(ruleArn) ?? [];
    const sum = weights.reduce((total, { weight }) => total + weight, 0);
    const own = weights.find((entry) => entry.targetGroupArn === targetGroupArn)?.weight ?? 0;
    return sum === 0 ? 0 : (own * 100) / sum;
  }
}

export class ScriptedAlarms implements Alarms {
  delayMs = 0;
  readonly #states = new Map<string, AlarmState>();
  readonly #listeners: ((name: string, state: AlarmState) => void)[] = [];

  state(name: string): AlarmState | undefined {
    return this.#states.get(name);
  }

  /** As long as that of a real one would be, when told. */
  noticesWithinMs(): number {
    return this.delayMs;
  }

  onChange(listener: (name: string, state: AlarmState) => void): void {
    this.#listeners.push(listener);
  }

  set(name: string, state: AlarmState): void {
    this.#states.set(name, state);
    for (const listener of this.#listeners) listener(name, state);
  }
}

/** Functions that answer as `answer` says, and remember what they were called with. */
export class ScriptedFunctions implements Functions {
  answer: (payload: HookPayload, functionArn: string) => unknown = () => ({ hookStatus: 'SUCCEEDED' });
  readonly calls: HookPayload[] = [];

  async invoke(functionArn: string, payload: unknown): Promise<unknown> {
    const call = payload as HookPayload;
    this.calls.push(call);
    return await this.answer(call, functionArn);
  }
}

/** What ECS hands to a hook's function. */
export interface HookPayload {
  readonly executionId: string;
  readonly lifecycleStage: string;
  readonly resourceArn: string;
  readonly executionDetails: {
    readonly serviceArn: string;
    readonly targetServiceRevisionArn: string;
    readonly testTrafficWeights: Readonly<Record<string, number>>;
    readonly productionTrafficWeights: Readonly<Record<string, number>>;
  };
  readonly hookDetails?: unknown;
}
