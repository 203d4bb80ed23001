import { Agent, request } from 'node:http';

/** ECS over HTTP without an SDK, whose own time would be measured too; connections are kept. */
export interface EcsCaller {
  /** Throws when the answer is not 200, with what it says. */
  call<Output>(action: string, input: object): Promise<Output>;
  close(): void;
}

export const ecsTarget = 'AmazonEC2ContainerServiceV20141113';

export function createEcsCaller(endpoint: string): EcsCaller {
  const agent = new Agent({ keepAlive: true });
  const { hostname, port } = new URL(endpoint);
  return {
    call: <Output>(action: string, input: object) =>
      new Promise<Output>((resolve, reject) => {
        const body = JSON.stringify(input);
        const asked = request({
          ...{ agent, hostname, port, method: 'POST' },
          headers: {
            'content-type': 'application/x-amz-json-1.1',
            'content-length': Buffer.byteLength(body),
            'x-amz-target': `${ecsTarget}.${action}`,
          },
        });
        asked.on('error', reject);
        asked.on('response', (response) => {
          const chunks: Buffer[] = [];
          response.on('error', reject);
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            if (response.statusCode === 200) resolve(JSON.parse(text) as Output);
            else reject(new Error(`${action} answered ${response.statusCode}: ${text}`));
          });
        });
        asked.end(body);
      }),
    close: () => agent.destroy(),
  };
}
