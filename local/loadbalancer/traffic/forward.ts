import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { RoutedListener } from '../messages.ts';
import type { Action, Algorithm } from '../model.ts';
import { isIdempotent } from './body.ts';
import { type Attempt, exchange, type Order } from './exchange.ts';
import { type Asked, actionFor } from './matching.ts';
import { locationOf } from './redirect.ts';
import type { Reporter } from './reporter.ts';
import type { Rotation } from './rotation.ts';
import { choose, eligible, weighted } from './routing.ts';
import type { Upstream } from './upstream.ts';

export interface Forwarder {
  /** Answers the request by the listener's rules; never rejects. */
  answer(listener: RoutedListener, order: Order): Promise<void>;
}

const mostAttempts = 16;

export function createForwarder(options: {
  readonly rotation: Rotation;
  readonly reporter: Reporter;
  readonly algorithmOf: (targetGroupArn: string) => Algorithm;
}): Forwarder {
  const { rotation, reporter, algorithmOf } = options;
  let turn = 0;
  /** Each action has turns of its own, from a random one on: so many requests keep exactly to its weights. */
  const turns = new WeakMap<Action, number>();

  const nextTurn = (action: Action) => {
    const mine = turns.get(action) ?? Math.floor(Math.random() * 1000);
    turns.set(action, mine + 1);
    return mine;
  };

  const pick = (targetGroupArn: string, tried: ReadonlySet<Upstream>): Upstream | undefined => {
    const able = eligible(rotation.of(targetGroupArn));
    const candidates = tried.size === 0 ? able : able.filter((upstream) => !tried.has(upstream));
    return choose(candidates, algorithmOf(targetGroupArn), turn++);
  };

  /**
   * Tries targets until one answers. Repeated is only what is safe to repeat: a request no target has seen,
   * or an idempotent one that we hold whole. Others go out on a connection of their own, so that a kept-alive
   * connection which the target closes at that very moment cannot lose them.
   */
  const forward = async (targetGroupArn: string, order: Order): Promise<Attempt | { kind: 'no-target' }> => {
    const tried = new Set<Upstream>();
    const repeatable = isIdempotent(order.request) && order.body !== undefined;
    let last: Attempt | { kind: 'no-target' } = { kind: 'no-target' };
    let fresh = !repeatable;
    for (let attempts = 0; attempts < mostAttempts; attempts++) {
      const upstream = pick(targetGroupArn, tried);
      if (!upstream) return last;
      if (order.response.destroyed) return { kind: 'client-gone' };
      last = await exchange(upstream, order, fresh, (work) => rotation.begin(upstream, work));
      const again = last.kind === 'unsent' || (last.kind === 'lost' && repeatable);
      if (!again) return last;
      // A stale connection says nothing about its target; a fresh one that fails does.
      if (last.kind === 'lost' && last.reusedConnection) fresh = true;
      else tried.add(upstream);
    }
    return last;
  };

  return {
    async answer(listener, order) {
      const asked = askedOf(order.request);
      const action = actionFor(listener, listener.rules, asked);
      if (action.type === 'fixed-response') {
        const { status, contentType, body } = action;
        return reply(order.response, status, contentType, body);
      }
      if (action.type === 'redirect') {
        const location = locationOf(action, asked, listener.port);
        return replyError(order.response, action.status, { Location: location });
      }
      const group = weighted(action.groups, nextTurn(action));
      if (!group) return replyError(order.response, 503);
      const ended = await forward(group.targetGroupArn, order);
      if (ended.kind === 'answered') {
        return reporter.served(group.targetGroupArn, { ...ended, by: 'target' });
      }
      const status = statusOf(ended);
      reporter.served(group.targetGroupArn, { status, by: 'load-balancer' });
      if (ended.kind !== 'client-gone') replyError(order.response, status);
    },
  };
}

function askedOf(request: IncomingMessage): Asked {
  return {
    method: request.method ?? 'GET',
    url: request.url ?? '/',
    host: request.headers.host ?? '',
    header: (name) => request.headers[name],
    address: request.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '',
  };
}

/** ALB's own codes; 460 is its code for a client that went away. */
function statusOf(ended: Exclude<Attempt, { kind: 'answered' }> | { kind: 'no-target' }): number {
  switch (ended.kind) {
    case 'no-target':
      return 503;
    case 'unsent':
    case 'lost':
      return 502;
    case 'timed-out':
      return 504;
    case 'client-gone':
      return 460;
  }
}

const titles: Readonly<Record<number, string>> = {
  301: 'Moved Permanently',
  302: 'Found',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
};

export function replyError(
  response: ServerResponse,
  status: number,
  headers: OutgoingHttpHeaders = {},
): void {
  const title = `${status} ${titles[status] ?? ''}`.trim();
  reply(
    response,
    status,
    'text/html',
    `<html><head><title>${title}</title></head><body>${title}</body></html>\n`,
    headers,
  );
}

function reply(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string,
  headers: OutgoingHttpHeaders = {},
): void {
  if (response.headersSent || response.destroyed) return;
  const length = Buffer.byteLength(body);
  // A body still on its way up would be read as the next request; that connection is done.
  const unread = response.req.readableEnded ? {} : { Connection: 'close' };
  response.writeHead(status, {
    ...headers,
    'Content-Type': contentType,
    'Content-Length': length,
    ...unread,
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
