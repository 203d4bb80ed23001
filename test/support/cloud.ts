import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type Client, createClient } from '../../core/contract/client.ts';
import type { DeploymentView } from '../../core/contract/views.ts';
import type { IamReport } from '../../local/iam/iam.ts';
import { keptFunctions } from '../../local/lambda/build.ts';
import { startLambdaHost } from '../../local/lambda/host/host.ts';
import type { Assignment } from '../../local/lambda/settings.ts';
import { startLocalAws } from '../../local/local-aws.ts';
import { defaultOptions } from '../../local/options.ts';
import type { Topology } from '../../stacks/topology.ts';
import { until } from './until.ts';

/** Berth's functions on a Local AWS in this process: quick to start, and the topology can be another one. */
export interface Cloud {
  readonly endpoint: string;
  /** Where Berth's API answers. */
  readonly api: string;
  readonly client: Client;
  readonly sqs: SQSClient;
  readonly events: EventBridgeClient;
  queueUrl(name: string): string;
  iam(): Promise<IamReport>;
  /** What the functions are told of where they are. */
  assignment(): Promise<Assignment>;
  /** How many messages wait in a queue. */
  waiting(queue: string): Promise<number>;
  /** Runs a function at once and waits for it. */
  invoke(functionName: string, payload?: object): Promise<void>;
  /** What a function has written into its log. */
  log(functionName: string): Promise<string>;
  /** Waits for the verdict. */
  ended(deployment: Pick<DeploymentView, 'id'>): Promise<DeploymentView>;
  stop(): Promise<void>;
}

export interface CloudOptions {
  readonly topology?: Topology;
  /** 0 for any. */
  readonly port?: number;
  /** What every function gets besides. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What Secrets Manager and the Parameter Store hold, by name. */
  readonly secrets?: Readonly<Record<string, string>>;
}

interface Health {
  readonly queues: Readonly<Record<string, { readonly visible: number }>>;
}

export async function startCloud(options: CloudOptions = {}): Promise<Cloud> {
  const directory = await mkdtemp(join(tmpdir(), 'berth-cloud-'));
  const { topology, port = 0, environment = {}, secrets = {} } = options;
  await writeFile(join(directory, 'secrets.json'), JSON.stringify(secrets));
  const local = await startLocalAws({
    ...defaultOptions,
    ...{ dataDirectory: directory, port, apiPort: 0, runtime: 'process', environment },
    ...{ steadySeconds: 0.2, healthCheckScale: 0.05, retryDelaysMs: [500, 500] },
    ...(topology && { topology }),
    log: () => {},
  });
  const { endpoint } = local;
  const logs = join(directory, 'logs', 'functions');
  const host = await startLambdaHost({ endpoint, port: 0, bundles: await keptFunctions(), logs });
  const client = createClient({ baseUrl: local.api, timeoutSeconds: 45 });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const config = { endpoint, region: defaultOptions.region, credentials };
  const sqs = new SQSClient(config);
  const events = new EventBridgeClient(config);
  const json = async (path: string) => (await fetch(endpoint + path)).json();
  return {
    ...{ endpoint, client, sqs, events },
    api: local.api,
    queueUrl: (name) => `${endpoint}/${defaultOptions.account}/${name}`,
    iam: () => json('/_local/iam') as Promise<IamReport>,
    assignment: () => json('/_local/host') as Promise<Assignment>,
    async waiting(queue) {
      const { queues } = (await json('/_local/health')) as Health;
      return queues[queue]?.visible ?? 0;
    },
    async invoke(functionName, payload = {}) {
      const url = `${endpoint}/2015-03-31/functions/${functionName}/invocations`;
      const answer = await fetch(url, { method: 'POST', body: JSON.stringify(payload) });
      if (!answer.ok) throw new Error(`${functionName} answered ${answer.status}: ${await answer.text()}`);
    },
    log: (functionName) => readFile(join(logs, `${functionName}.log`), 'utf8').catch(() => ''),
    ended: ({ id }) =>
      until(
        `a verdict on ${id}`,
        async () => {
          const deployment = await client.getDeployment({ id });
          return deployment.verdict !== undefined && deployment;
        },
        90_000,
      ),
    async stop() {
      sqs.destroy();
      events.destroy();
      await host.stop();
      await local.stop({ stopTasks: true });
      await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}
