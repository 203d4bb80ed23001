import type { AwsService } from '../support/service.ts';
import { attributeOf } from './api/loadbalancer-attributes.ts';
import type { ForwardedFor, RoutedListener } from './messages.ts';
import { type Listener, rulesOf, type Tables } from './model.ts';
import type { TrafficThread } from './traffic-thread.ts';

/** Keeps the traffic thread informed of listeners and target groups. */
export interface RoutesPublisher {
  /** Tells a new thread. */
  all(): void;
  /** The same service; what a call has changed is told before it is answered. */
  changedBy(service: AwsService): AwsService;
  /** Tells what has changed since; nothing when nothing has. */
  changed(): void;
}

export function publishRoutes(tables: Tables, traffic: TrafficThread): RoutesPublisher {
  let told: readonly object[] = [];
  const rows = () => [
    ...tables.listeners.values(),
    ...tables.rules.values(),
    ...tables.loadBalancers.values(),
    ...tables.targetGroups.values(),
  ];

  const all = () => {
    told = rows();
    const groups = [...tables.targetGroups.values()];
    traffic.tell({
      type: 'routes',
      listeners: [...tables.listeners.values()].map((listener) => routed(tables, listener)),
      algorithms: new Map(groups.map(({ arn, algorithm }) => [arn, algorithm])),
    });
  };
  // Rows are replaced, never changed, so the same objects mean the same routes.
  const isSame = (now: readonly object[]) =>
    now.length === told.length && now.every((row, index) => row === told[index]);
  const changed = () => {
    if (!isSame(rows())) all();
  };
  return {
    all,
    changed,
    changedBy: (service) => ({
      ...service,
      async call(...args) {
        try {
          return await service.call(...args);
        } finally {
          changed();
        }
      },
    }),
  };
}

function routed(tables: Tables, listener: Listener): RoutedListener {
  const loadBalancer = tables.loadBalancers.get(listener.loadBalancerArn);
  const idleSeconds = loadBalancer?.attributes?.['idle_timeout.timeout_seconds'];
  return {
    ...listener,
    rules: rulesOf(tables, listener.arn),
    idleTimeoutMs: idleSeconds === undefined ? undefined : Number(idleSeconds) * 1000,
    forwardedFor: attributeOf(loadBalancer, 'routing.http.xff_header_processing.mode') as ForwardedFor,
  };
}
