import { describe, expect, it } from 'vitest';
import { createEndpoint } from '../../support/server.ts';
import { listening } from '../../testing.ts';
import { startBench } from '../testing.ts';
import { instanceRoute } from './route.ts';

describe('/_local/instances', () => {
  it('registers, lists, disconnects and ends hosts, and refuses what it cannot have', async () => {
    const b = await startBench();
    b.call('CreateCluster');
    const server = createEndpoint({
      services: [],
      routes: [instanceRoute(b.engine.instances)],
      flush: () => undefined,
      log: () => undefined,
    });
    const url = await listening(server, 0);
    const ask = async (method: string, body?: object) => {
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const answer = await fetch(`${url}/_local/instances`, { method, ...sent });
      const seen = (await answer.json()) as { containerInstances?: { ec2InstanceId: string }[] };
      return { status: answer.status, ...seen };
    };
    const made = await ask('POST', { count: 2, instanceType: 't3.small', zone: 'us-east-1b' });
    expect(made).toMatchObject({ status: 200, containerInstances: [{ zone: 'us-east-1b' }, {}] });
    const containerInstance = made.containerInstances?.[0]?.ec2InstanceId;
    await ask('PUT', { containerInstance, agentConnected: false });
    expect(await ask('GET')).toMatchObject({ containerInstances: [{ agentConnected: false }, {}] });
    await ask('DELETE', { containerInstance });
    expect((await ask('GET')).containerInstances).toHaveLength(1);
    for (const wrong of [
      { count: 0 },
      { count: 1.5 },
      { instanceType: 'x' },
      { cluster: 'x' },
      { colour: 1 },
    ]) {
      expect(await ask('POST', wrong)).toMatchObject({ status: 400, __type: 'ValidationException' });
    }
    expect(await ask('DELETE', { containerInstance })).toMatchObject({ status: 400 });
    server.closeAllConnections();
    server.close();
  });
});
