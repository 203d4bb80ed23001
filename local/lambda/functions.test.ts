import { describe, expect, it } from 'vitest';
import { createFunctions, type OwnFunction } from './functions.ts';
import type { Invocation, InvocationResult } from './invoker.ts';
import type { FunctionSettings } from './settings.ts';

const arn = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
const settings: FunctionSettings = {
  name: 'approve',
  memoryMb: 128,
  timeoutSeconds: 60,
  environment: {},
  queues: [],
};

function functions(result: InvocationResult, own: Readonly<Record<string, OwnFunction>> = {}) {
  const invocations: Invocation[] = [];
  const made = createFunctions({
    lambda: {
      functionNamed: (name) => (name === 'approve' ? settings : undefined),
      invoker: {
        invoke: (invocation) => {
          invocations.push(invocation);
          return Promise.resolve(result);
        },
      },
    },
    own,
    during: (call) => call,
  });
  return { ...made, invocations };
}

describe('functions that deployments call', () => {
  it('are the topology’s, by the name in their ARN', async () => {
    const { invoke, invocations } = functions({ state: 'succeeded', payload: '{"hookStatus":"SUCCEEDED"}' });
    expect(await invoke(arn('approve'), { lifecycleStage: 'PRE_SCALE_UP' })).toEqual({
      hookStatus: 'SUCCEEDED',
    });
    expect(invocations).toMatchObject([
      { functionName: 'approve', payload: '{"lifecycleStage":"PRE_SCALE_UP"}', timeoutMs: 65_000 },
    ]);
  });

  it('reject when they fail, time out or are not there', async () => {
    const failing = functions({ state: 'failed', payload: '{}' });
    await expect(failing.invoke(arn('approve'), {})).rejects.toThrow('approve failed');
    await expect(failing.invoke(arn('gone'), {})).rejects.toThrow('Function not found: gone');
    await expect(failing.invoke(arn('toString'), {})).rejects.toThrow('Function not found');
  });

  it('are one’s own first, with the payload as it is', async () => {
    const approve: OwnFunction = (payload) => ({ seen: payload });
    const { invoke, invocations } = functions({ state: 'timed-out' }, { approve });
    expect(await invoke(arn('approve'), { a: 1 })).toEqual({ seen: { a: 1 } });
    expect(invocations).toEqual([]);
    const throwing = functions({ state: 'timed-out' }, { approve: () => Promise.reject(new Error('no')) });
    await expect(throwing.invoke('approve', {})).rejects.toThrow('no');
  });
});
