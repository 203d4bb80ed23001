/** What the engine needs of its neighbours besides containers and target groups. */

/** Forward weights of listener rules: what blue/green, linear and canary deployments shift. */
export interface TrafficRules {
  /** The weights of a rule's forward action, also of a listener's default one; undefined when there is no such rule. */
  weights(ruleArn: string): readonly TrafficWeight[] | undefined;
  /** Sets them for new requests, durably; unknown rules are left alone. */
  setWeights(ruleArn: string, weights: readonly TrafficWeight[]): void;
}

export interface TrafficWeight {
  readonly targetGroupArn: string;
  /** From 0 to 999. */
  readonly weight: number;
}

/** CloudWatch alarms that a deployment watches. */
export interface Alarms {
  /** Undefined when there is no such alarm. */
  state(name: string): AlarmState | undefined;
  /** How long it may take, from what it watches, until the alarm has seen it; 0 when there is no such alarm. */
  noticesWithinMs(name: string): number;
  onChange(listener: (name: string, state: AlarmState) => void): void;
}

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** Lambda functions that deployments call as lifecycle hooks. */
export interface Functions {
  /** What the function answered, parsed; rejects when it failed, timed out or is not there. */
  invoke(functionArn: string, payload: unknown): Promise<unknown>;
}

/** What AWS may be short of; tests take it away. */
export interface Capacity {
  /** Whether new tasks can be placed in the zone, for example `us-east-1a`. */
  hasZone(zone: string): boolean;
  hasSpot(): boolean;
}

export const fullCapacity: Capacity = { hasZone: () => true, hasSpot: () => true };

export const noTrafficRules: TrafficRules = {
  weights: () => undefined,
  setWeights: () => undefined,
};

export const noAlarms: Alarms = {
  state: () => undefined,
  noticesWithinMs: () => 0,
  onChange: () => undefined,
};

export const noFunctions: Functions = {
  invoke: (functionArn) => Promise.reject(new Error(`There is no function ${functionArn}.`)),
};
