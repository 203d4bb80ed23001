import type { AwsService } from '../support/service.ts';
import type { Tables } from './model.ts';
import type { TrafficThread } from './traffic-thread.ts';

/** Keeps the traffic thread informed of listeners and target groups. */
export interface RoutesPublisher {
  /** Tells a new thread. */
  all(): void;
  /** The same service; what a call has changed is told before it is answered. */
  changedBy(service: AwsService): AwsService;
}

export function publishRoutes(tables: Tables, traffic: TrafficThread): RoutesPublisher {
  let told: readonly object[] = [];
  const rows = () => [...tables.listeners.values(), ...tables.targetGroups.values()];

  const all = () => {
    told = rows();
    const groups = [...tables.targetGroups.values()];
    traffic.tell({
      type: 'routes',
      listeners: [...tables.listeners.values()],
      algorithms: new Map(groups.map(({ arn, algorithm }) => [arn, algorithm])),
    });
  };
  // Rows are replaced, never changed, so the same objects mean the same routes.
  const isSame = (now: readonly object[]) =>
    now.length === told.length && now.every((row, index) => row === told[index]);
  return {
    all,
    changedBy: (service) => ({
      ...service,
      async call(...args) {
        try {
          return await service.call(...args);
        } finally {
          if (!isSame(rows())) all();
        }
      },
    }),
  };
}
