import type { Indexing, Receiver } from '../kernel/plan.ts';
import { absorb } from './absorb.ts';
import type { ServiceEffect, ServiceMessage, ServiceState } from './model.ts';
import { listOfServices } from './records.ts';

/** Takes in what services are told. */
export const serviceReceiver: Receiver<ServiceState, ServiceMessage, ServiceEffect> = {
  kind: 'service',
  absorb,
  index,
};

export function index(state: ServiceState): Indexing {
  return {
    status: state.applying === undefined ? (state.holder ? 'deploying' : 'idle') : 'applying',
    list: { name: listOfServices(state.environment), order: state.ecsName },
  };
}
