import type { ServerResponse } from 'node:http';
import { type HttpProxy, startProxy } from './proxy.ts';

export type Mishap =
  /** The request takes effect and its answer never arrives. */
  | { readonly type: 'answer-lost' }
  /** An AWS error of this type is answered, and nothing takes effect. */
  | { readonly type: 'refused'; readonly status: number; readonly code: string };

export interface FlakyProxy extends HttpProxy {
  /** What happens to the next requests, one each; those after them pass. */
  plan(...mishaps: readonly Mishap[]): void;
}

/** Stands before an HTTP endpoint and does to its requests what networks do. */
export async function startFlakyProxy(target: string): Promise<FlakyProxy> {
  const planned: Mishap[] = [];
  const proxy = await startProxy(0, target, (_, answer) => {
    const mishap = planned.shift();
    if (mishap?.type !== 'refused') return mishap?.type ?? 'passes';
    refuse(answer, mishap);
    return 'answered';
  });
  return { ...proxy, plan: (...mishaps) => void planned.push(...mishaps) };
}

function refuse(answer: ServerResponse, { status, code }: Extract<Mishap, { type: 'refused' }>): void {
  answer.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
  answer.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${code}`, message: 'no' }));
}
