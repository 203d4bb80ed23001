import { Agent, type IncomingMessage, request as send } from 'node:http';
import { tableSchema } from '../../core/kernel/table.ts';
import type { Assignment } from '../../local/lambda/settings.ts';
import { topology } from '../../stacks/topology.ts';
import { type Forwarded, type MeteredEndpoint, openMeteredEndpoint } from '../meter/endpoint.ts';
import { createMeter, type Meter } from '../meter/meter.ts';

/** Stands between the functions and Local AWS, and counts what they ask of it. */
export interface Door extends MeteredEndpoint {
  readonly meter: Meter;
}

const hostRoute = '/_local/host';

/**
 * Opens a door to Local AWS at `target`. What the Lambda host is told to run comes by here: it learns from it whose
 * access key is whose, and puts its own address where Local AWS's stood, so that queues are reached through it too.
 */
export async function openDoor(target: string): Promise<Door> {
  const owners = new Map<string, string>();
  const meter = createMeter({ [topology.table.name]: tableSchema }, (key) => owners.get(key) ?? key);
  const agent = new Agent({ keepAlive: true });
  const endpoint = await openMeteredEndpoint(async (request, body, gone) => {
    const answer = await forwarded(agent, target, request, body, gone);
    if (request.url !== hostRoute) return answer;
    const text = Buffer.from(answer.body).toString().replaceAll(target, endpoint.url);
    for (const [key, name] of ownersIn(text)) owners.set(key, name);
    return { ...answer, body: text };
  }, meter);
  return {
    ...endpoint,
    meter,
    async close() {
      await endpoint.close();
      agent.destroy();
    },
  };
}

function ownersIn(assignment: string): readonly (readonly [string, string])[] {
  const { functions = [] } = JSON.parse(assignment) as Partial<Assignment>;
  return functions.map(({ settings, credentials }) => [credentials.accessKeyId, settings.name]);
}

/** As it came, with the address that it was signed for. */
function forwarded(
  agent: Agent,
  target: string,
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  signal: AbortSignal,
): Promise<Forwarded> {
  return new Promise((resolve, reject) => {
    const call = send(`${target}${url}`, { agent, method, headers, signal }, async (answer) => {
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of answer) chunks.push(chunk as Buffer);
        resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: Buffer.concat(chunks) });
      } catch (error) {
        reject(error as Error);
      }
    });
    call.on('error', reject);
    call.end(body);
  });
}
