import type { Reason, Send } from '../kernel/plan.ts';
import type { ServiceEffect, ServiceState } from './model.ts';

/** One of the things that a service's decision consists of. */
export interface Step {
  readonly state: ServiceState;
  readonly effects: readonly (ServiceEffect | Send)[];
  readonly reasons: readonly Reason[];
}

export const nothing = (state: ServiceState): Step => ({ state, effects: [], reasons: [] });

export const tell = (deployment: string, message: object): Send => ({
  type: 'send',
  to: { kind: 'deployment', id: deployment },
  message,
});

export const reason = (code: string, text: string): Reason => ({ code, text });
