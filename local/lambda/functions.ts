import { randomUUID } from 'node:crypto';
import type { Functions } from '../ecs/ports.ts';
import type { Invoker } from './invoker.ts';
import type { FunctionSettings } from './settings.ts';

/** A function of the process that started Local AWS, as tests have them: the payload in, the answer out. */
export type OwnFunction = (payload: unknown) => unknown;

export interface FunctionsDependencies {
  readonly lambda: {
    readonly invoker: Pick<Invoker, 'invoke'>;
    functionNamed(name: string): FunctionSettings | undefined;
  };
  /** By name; they come before the topology's. */
  readonly own: Readonly<Record<string, OwnFunction>>;
  /** Told of each call of one's own function, for a virtual clock waits for it. */
  during<T>(call: Promise<T>, patienceMs: number): Promise<T>;
}

const patienceMs = 15 * 60_000;
/** Lambda is never away, and ECS goes back where a hook cannot be called: a host that was killed is waited for. */
const hostWaitMs = 60_000;

/** The functions that ECS calls as lifecycle hooks, found by the name in their ARN. */
export function createFunctions({ lambda, own, during }: FunctionsDependencies): Functions {
  return {
    invoke(functionArn, payload) {
      const name = nameIn(functionArn);
      const mine = Object.hasOwn(own, name) ? own[name] : undefined;
      if (mine) return during(Promise.resolve(payload).then(mine), patienceMs);
      return invokeTopologys(lambda, name, payload);
    },
  };
}

async function invokeTopologys(
  lambda: FunctionsDependencies['lambda'],
  name: string,
  payload: unknown,
): Promise<unknown> {
  const settings = lambda.functionNamed(name);
  if (!settings) throw new Error(`Function not found: ${name}`);
  const result = await lambda.invoker.invoke({
    functionName: name,
    requestId: randomUUID(),
    payload: JSON.stringify(payload),
    timeoutMs: settings.timeoutSeconds * 1000 + 5000,
    hostWaitMs,
    repeatable: true,
  });
  if (result.state !== 'succeeded') throw new Error(`Function ${name} ${result.state}.`);
  return JSON.parse(result.payload) as unknown;
}

/** `arn:aws:lambda:<region>:<account>:function:<name>`, with or without a version, or the name itself. */
function nameIn(functionArn: string): string {
  return functionArn.startsWith('arn:') ? (functionArn.split(':')[6] ?? '') : functionArn;
}
