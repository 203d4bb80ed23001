import type { IncomingMessage } from 'node:http';
import { startProxy } from './proxy.ts';

export interface LossyProxy {
  /** Lets one request of this DynamoDB action take effect and loses its answer, once for every call of this. */
  loseAnswerTo(action: string): void;
  /** How many answers are still to be lost. */
  readonly planned: number;
  stop(): Promise<void>;
}

/** Stands before DynamoDB on a port, and loses answers to what it is told. */
export async function startLossyProxy(port: number, target: string): Promise<LossyProxy> {
  const planned: string[] = [];
  const isPlanned = ({ headers }: IncomingMessage) => {
    const place = planned.findIndex((action) => String(headers['x-amz-target']).endsWith(`.${action}`));
    if (place >= 0) planned.splice(place, 1);
    return place >= 0;
  };
  const proxy = await startProxy(port, target, (incoming) =>
    isPlanned(incoming) ? 'answer-lost' : 'passes',
  );
  return {
    loseAnswerTo: (action) => void planned.push(action),
    get planned() {
      return planned.length;
    },
    stop: proxy.stop,
  };
}
