import { Agent } from '../../support/http.ts';
import type { TargetState } from '../messages.ts';
import type { Target } from '../targets.ts';

/** A request or an upgraded connection that a target is busy with. */
export interface Work {
  /** Cuts it off; the client sees its connection end, unless the request may be tried elsewhere. */
  abort(): void;
}

const idleConnections = 64;

/** One target of one group, as requests are sent to it. */
export class Upstream {
  readonly targetGroupArn: string;
  readonly target: Target;
  state: Exclude<TargetState, 'gone'>;
  /** The update that said so. */
  number: number;
  /** Everything in flight; its size is what draining waits for. */
  readonly work = new Set<Work>();
  readonly keptAlive = new Agent({ keepAlive: true, maxFreeSockets: idleConnections });

  constructor(targetGroupArn: string, target: Target, state: Upstream['state'], number: number) {
    this.targetGroupArn = targetGroupArn;
    this.target = target;
    this.state = state;
    this.number = number;
  }

  /** Ends idle connections and work in flight. */
  close(): void {
    for (const work of [...this.work]) work.abort();
    this.work.clear();
    this.keptAlive.destroy();
  }
}
