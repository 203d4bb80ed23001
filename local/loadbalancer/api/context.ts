import { randomBytes } from 'node:crypto';
import type { z } from 'zod';
import type { Clock } from '../../support/clock.ts';
import { AwsError } from '../../support/service.ts';
import type { Listener, LoadBalancer, Tables, TargetGroup } from '../model.ts';
import type { Pool } from '../pool.ts';
import type { Ports } from '../ports.ts';
import { invalid, parsed } from './input.ts';

/** What the actions of the API work with. */
export interface Context {
  readonly tables: Tables;
  readonly pool: Pool;
  readonly ports: Ports;
  readonly clock: Clock;
  /** `arn:aws:elasticloadbalancing:<region>:<account>:` */
  readonly arnPrefix: string;
  /** What `DNSName` says; listeners answer there. */
  readonly host: string;
  /** Runs what spans several turns of the event loop one after the other. */
  readonly inTurn: <T>(run: () => Promise<T>) => Promise<T>;
  /** Called when a target group is deleted. */
  readonly forgotten: (targetGroupArn: string) => void;
}

export type Run = (context: Context, flat: Readonly<Record<string, unknown>>) => object | Promise<object>;

/** An action: its input is parsed by `schema` before anything else happens. */
export function action<S extends z.ZodType>(
  schema: S,
  run: (context: Context, input: z.output<S>) => object | Promise<object>,
): Run {
  return (context, flat) => run(context, parsed(schema, flat));
}

/** The sixteen hex digits at the end of every ARN of this service. */
export const newId = () => randomBytes(8).toString('hex');

export function loadBalancerOf({ tables }: Context, arn: string): LoadBalancer {
  const found = tables.loadBalancers.get(arn);
  if (!found) throw new AwsError('LoadBalancerNotFound', `Load balancer '${arn}' not found`);
  return found;
}

export function targetGroupOf({ tables }: Context, arn: string): TargetGroup {
  const found = tables.targetGroups.get(arn);
  if (!found) throw new AwsError('TargetGroupNotFound', `Target group '${arn}' not found`);
  return found;
}

export function listenerOf({ tables }: Context, arn: string): Listener {
  const found = tables.listeners.get(arn);
  if (!found) throw new AwsError('ListenerNotFound', `Listener '${arn}' not found`);
  return found;
}

interface Paged {
  readonly Marker?: string | undefined;
  readonly PageSize?: number | undefined;
}

/** One page in the order of ARNs; the marker is the last ARN of the page before. */
export function pageOf<T extends { readonly arn: string }>(
  items: readonly T[],
  { Marker, PageSize = 400 }: Paged,
) {
  const after = Marker === undefined ? '' : Buffer.from(Marker, 'base64url').toString();
  if (Marker !== undefined && !after.startsWith('arn:'))
    throw invalid('Marker: not one that this service gave');
  const rest = items.filter((item) => item.arn > after).sort((a, b) => (a.arn < b.arn ? -1 : 1));
  const shown = rest.slice(0, PageSize);
  const last = shown.at(-1)?.arn;
  const next = rest.length > shown.length && last ? Buffer.from(last).toString('base64url') : undefined;
  return { shown, next };
}
