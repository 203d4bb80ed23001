import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { realClock } from '../support/clock.ts';
import { type Journal, openJournal } from '../support/journal.ts';
import { AwsError, type AwsService } from '../support/service.ts';
import { createLoadBalancer, type LoadBalancerHost, type LoadBalancerOptions } from './loadbalancer.ts';
import type { Target } from './targets.ts';

export { until } from '../testing.ts';

/** A load balancer with the real SDK in front of it, for tests. */
export interface Bench {
  readonly host: LoadBalancerHost;
  readonly elb: ElasticLoadBalancingV2;
  readonly journal: Journal;
  /** A load balancer with one listener and one target group that is checked often. */
  site(name?: string): Promise<Site>;
  close(): Promise<void>;
}

export interface Site {
  readonly url: string;
  readonly port: number;
  readonly loadBalancerArn: string;
  readonly listenerArn: string;
  readonly targetGroupArn: string;
}

export async function startBench(options: Partial<LoadBalancerOptions> = {}): Promise<Bench> {
  const journal = options.journal ?? openJournal();
  const host = createLoadBalancer({
    clock: realClock,
    account: '000000000000',
    region: 'us-east-1',
    healthCheckScale: 0.02,
    ...options,
    journal,
  });
  await host.start();
  const endpoint = await listen(serveQuery(host.service));
  const elb = new ElasticLoadBalancingV2({
    endpoint: `http://127.0.0.1:${endpoint.port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  return {
    host,
    elb,
    journal,
    site: (name = 'shop') => createSite(elb, name),
    async close() {
      elb.destroy();
      await host.stop();
      await endpoint.close();
    },
  };
}

async function createSite(elb: ElasticLoadBalancingV2, name: string): Promise<Site> {
  const port = await freePort();
  const { LoadBalancers } = await elb.createLoadBalancer({ Name: name });
  const loadBalancerArn = LoadBalancers?.[0]?.LoadBalancerArn ?? '';
  const targetGroupArn = await createGroup(elb, name);
  const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn: targetGroupArn }];
  const { Listeners } = await elb.createListener({
    LoadBalancerArn: loadBalancerArn,
    Protocol: 'HTTP',
    Port: port,
    DefaultActions,
  });
  const listenerArn = Listeners?.[0]?.ListenerArn ?? '';
  return { url: `http://127.0.0.1:${port}`, port, loadBalancerArn, listenerArn, targetGroupArn };
}

export async function createGroup(elb: ElasticLoadBalancingV2, name: string): Promise<string> {
  const { TargetGroups } = await elb.createTargetGroup({
    Name: name,
    Protocol: 'HTTP',
    Port: 8080,
    TargetType: 'ip',
    VpcId: 'vpc-1',
    HealthCheckPath: '/healthz',
    HealthCheckIntervalSeconds: 5,
    HealthCheckTimeoutSeconds: 2,
    HealthyThresholdCount: 2,
  });
  return TargetGroups?.[0]?.TargetGroupArn ?? '';
}

export interface Listening {
  readonly port: number;
  readonly target: Target;
  readonly server: Server;
  close(): Promise<void>;
}

/** A real HTTP server on a free port of 127.0.0.1. */
export async function listen(handler: RequestListener): Promise<Listening> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    target: { address: '127.0.0.1', port },
    server,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export async function freePort(): Promise<number> {
  const listening = await listen(() => {});
  await listening.close();
  return listening.port;
}

/** The query protocol as the common endpoint speaks it. */
function serveQuery(service: AwsService): RequestListener {
  return async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { Action = '', ...input } = Object.fromEntries(new URLSearchParams(body));
    response.setHeader('content-type', 'text/xml');
    try {
      response.end(await service.call(Action, input, {}));
    } catch (error) {
      const known = error instanceof AwsError ? error : new AwsError('InternalFailure', `${error}`, 500);
      const fields = `<Type>Sender</Type><Code>${known.code}</Code><Message>${known.message}</Message>`;
      response.statusCode = known.status;
      response.end(`<ErrorResponse><Error>${fields}</Error><RequestId>0</RequestId></ErrorResponse>`);
    }
  };
}
