import type { Clock, Timer } from '../support/clock.ts';
import type { Listener, Tables } from './model.ts';
import type { TrafficThread } from './traffic-thread.ts';

/** The open ports of all listeners. */
export interface Ports {
  /**
   * Opens the port of a listener, then closes the one it had before; rejects with the system's error when
   * that cannot be.
   */
  open(listener: Listener): Promise<void>;
  /** Takes no new connection from now on; requests in flight finish. */
  close(listenerArn: string): Promise<void>;
  /**
   * Opens what the journal remembers, of a new traffic thread; a port that is taken is tried again until it is
   * free.
   */
  start(): Promise<void>;
  /** The traffic thread is gone, and the ports with it. */
  trafficEnded(): void;
  stop(graceMs: number): Promise<void>;
  /** Undefined while open, otherwise why not. */
  problem(listenerArn: string): string | undefined;
}

const reopenMs = 500;
const closeGraceMs = 30_000;

export function createPorts(options: {
  readonly tables: Tables;
  readonly clock: Clock;
  readonly traffic: TrafficThread;
  readonly host: string;
}): Ports {
  const { tables, clock, traffic, host } = options;
  const opened = new Set<string>();
  const problems = new Map<string, { readonly text: string; readonly retry: Timer }>();
  let running = true;

  const open = async ({ arn, port }: Listener) => {
    await traffic.open(arn, port);
    opened.add(arn);
  };
  const giveUp = (arn: string) => {
    problems.get(arn)?.retry.cancel();
    problems.delete(arn);
  };
  const reopen = async (arn: string): Promise<void> => {
    giveUp(arn);
    const listener = tables.listeners.get(arn);
    if (!listener || !running || opened.has(arn)) return;
    try {
      await open(listener);
      // It may have been deleted meanwhile, or all been stopped.
      if (!running || !tables.listeners.has(arn)) await close(arn, 0);
    } catch (error) {
      const retry = clock.after(reopenMs, () => void reopen(arn));
      problems.set(arn, { text: portProblem(listener.port, host, error), retry });
    }
  };
  const close = async (arn: string, graceMs: number) => {
    giveUp(arn);
    if (opened.delete(arn)) await traffic.close(arn, graceMs);
  };

  return {
    open,
    close: (arn) => close(arn, closeGraceMs),
    async start() {
      running = true;
      await Promise.all([...tables.listeners.values()].map(({ arn }) => reopen(arn)));
    },
    trafficEnded: () => opened.clear(),
    async stop(graceMs) {
      running = false;
      await Promise.all([...opened, ...problems.keys()].map((arn) => close(arn, graceMs)));
    },
    problem: (arn) => (opened.has(arn) ? undefined : (problems.get(arn)?.text ?? 'not started')),
  };
}

/** Why a port could not be opened, and what to do about it. */
export function portProblem(port: number, host: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE')
    return `Port ${port} of ${host} is in use on this machine. Choose another port or free it.`;
  if (code === 'EACCES') return `Port ${port} of ${host} needs privileges here. Choose a port from 1024 on.`;
  return `Port ${port} of ${host} cannot be opened: ${error instanceof Error ? error.message : `${error}`}`;
}
