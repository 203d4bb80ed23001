import { ECSClient } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';

export type Call = (action: string, input: Record<string, unknown>) => object;

/** The SDK's own ECS client over a function that answers as ECS would; an error thrown is the refusal. */
export function ecsClientOver(call: Call): ECSClient {
  return new ECSClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: {
      async handle(request: { headers: Record<string, string>; body?: string }) {
        const action = request.headers['x-amz-target']?.split('.')[1] ?? '';
        return { response: answer(() => call(action, JSON.parse(request.body ?? '{}'))) };
      },
    },
  });
}

/** A client of a load balancer that no test is to reach. */
export const noLoadBalancer = new ElasticLoadBalancingV2Client({ region: 'us-east-1' });

function answer(call: () => object) {
  try {
    return responseOf(200, call());
  } catch (error) {
    const { name, message } = error as Error;
    return responseOf(400, { __type: name, message });
  }
}

function responseOf(statusCode: number, body: object) {
  const headers = { 'content-type': 'application/x-amz-json-1.1' };
  return { statusCode, headers, body: new TextEncoder().encode(JSON.stringify(body)) };
}
