import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { applicationMember } from '../../core/aws/applications.ts';
import { reportStatus } from '../../core/aws/github-status.ts';
import { lookForLocks } from '../../core/aws/locks.ts';
import { actingReceivers, workingReceivers } from '../../core/aws/members.ts';
import { pipelineMember } from '../../core/aws/pipelines.ts';
import { askWebhook } from '../../core/aws/webhook.ts';
import { type Environment, parseEnvironments } from '../../core/contract/environment.ts';
import { openApi } from '../../core/contract/openapi.ts';
import { routes } from '../../core/contract/routes.ts';
import type { ProblemView } from '../../core/contract/views.ts';
import { deployments } from '../../core/deployments/decide.ts';
import type { DeploymentEffect } from '../../core/deployments/model.ts';
import type { DeploymentQuery, DeploymentSeen } from '../../core/deployments/seeing.ts';
import type { ServiceArn } from '../../core/ecs/arn.ts';
import type { Inspected } from '../../core/ecs/inspected.ts';
import { type FoundOwner, ownerTag } from '../../core/ecs/owner.ts';
import type { ObservedService, SeenService } from '../../core/ecs/service.ts';
import type { TaskRecord } from '../../core/ecs/task.ts';
import { taskToStore } from '../../core/intake/records.ts';
import type { Members } from '../../core/kernel/item.ts';
import type { Ref } from '../../core/kernel/plan.ts';
import type { Clock, Log, Store } from '../../core/kernel/ports.ts';
import { createEngine } from '../../core/kernel/reconcile.ts';
import { locks } from '../../core/locks/decide.ts';
import { explainOperations } from '../../core/operations/explain-operations.ts';
import { gitHubOperations } from '../../core/operations/github-operations.ts';
import { idsBy } from '../../core/operations/ids.ts';
import { operations } from '../../core/operations/operations.ts';
import type {
  GitHubDependencies,
  ImageFinding,
  LogEvent,
  LogQuery,
  OperationDependencies,
  PreflightDependencies,
  Secrets,
} from '../../core/operations/ports.ts';
import { preflightOperations } from '../../core/operations/preflight-operations.ts';
import type { PipelineEffect } from '../../core/pipelines/model.ts';
import { services } from '../../core/services/decide.ts';
import type { ServiceEffect, Target } from '../../core/services/model.ts';
import { releaseRecord } from '../../core/services/records.ts';
import { createApi } from '../../functions/support/api.ts';
import type { HttpAnswer } from '../../functions/support/http.ts';
import { createMemoryStore } from './memory-store.ts';

const region = 'eu-central-1';
const account = '000000000000';
const loadBalancerArn = `arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/app/berth/0123456789abcdef`;

export const gitHubSecretArn = `arn:aws:secretsmanager:${region}:${account}:secret:github-webhook-a1b2c3`;
export const gitHubTokenArn = `arn:aws:secretsmanager:${region}:${account}:secret:github-token-a1b2c3`;

/**
 * `local` runs programs of this machine and listens to GitHub; `cloud` runs containers only, and has no load balancer.
 */
const environmentsWith = (gitHubUrl = 'https://api.github.com') =>
  parseEnvironments(
    JSON.stringify([
      {
        name: 'local',
        cluster: 'local',
        region,
        account,
        loadBalancerArn,
        subnets: ['subnet-1'],
        local: true,
        publicHost: '127.0.0.1',
        github: { webhookSecretArn: gitHubSecretArn, tokenSecretArn: gitHubTokenArn, apiUrl: gitHubUrl },
      },
      { name: 'cloud', cluster: 'cloud', region, account, subnets: ['subnet-1'] },
    ]),
  );

const environment = (name: string) => {
  const found = environmentsWith().find((one) => one.name === name);
  if (!found) throw new Error(`there is no environment ${name}`);
  return found;
};

export interface Answer<Body> {
  readonly status: number;
  readonly headers: HttpAnswer['headers'];
  readonly body: Body;
}

export interface Request {
  readonly method?: string;
  readonly path: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is when it is text, as JSON otherwise. */
  readonly body?: unknown;
  readonly isBase64Encoded?: boolean;
}

/** The whole API over an ECS in memory that does at once what it is told. */
export function startApi(options: { store?: Store; gitHubUrl?: string; clock?: Clock } = {}) {
  const environments = environmentsWith(options.gitHubUrl);
  /** Values by ARN. */
  const secretValues = new Map<string, string>();
  const secrets: Secrets = { read: async (arn) => secretValues.get(arn) };
  const store = options.store ?? createMemoryStore();
  const log = collectingLog();
  const clock = options.clock ?? { now: () => Date.now() };
  const rung: Ref[] = [];
  const alarms = { ring: async (ref: Ref) => void rung.push(ref) };
  const ecs = createObedientEcs(environments);
  const written: LogEvent[] = [];
  const inspections = new Map<string, Inspected>();
  const imageFindings = new Map<string, ImageFinding>();
  const engine = createEngine({
    store,
    clock,
    alarms,
    log,
    members: {
      ...membersOver(ecs, store, clock),
      pipeline: pipelineMember({ store }, (effect) =>
        reportStatus(effect as PipelineEffect, { secrets, environment: () => environments[0]! }),
      ),
    },
    owner: randomUUID(),
  });
  const receivers = { ...actingReceivers, ...workingReceivers };
  const taking = createEngine({ store, clock, alarms, log, members: {}, receivers, owner: randomUUID() });
  const deps: OperationDependencies & PreflightDependencies & GitHubDependencies = {
    store,
    engine: taking,
    alarms,
    clock,
    log,
    environments,
    logs: { tail: async (query) => tailOf(written, query) },
    live: { look: async (_, names) => new Map(names.map((name) => [name, ecs.look(name)])) },
    inspector: { inspect: async (_, name) => inspections.get(name) ?? { seen: 'absent' } },
    owners: { find: async (_, name) => ownerIn(inspections.get(name) ?? { seen: 'absent' }) },
    images: {
      resolve: async (image) =>
        imageFindings.get(image) ?? { is: 'unknown', text: 'no registry is asked here' },
    },
    secretNames: {
      find: async (references) =>
        references.map((reference) => ({ reference, is: 'unknown', text: 'nobody is asked here' })),
    },
    secrets,
    newId: idsBy(clock),
    describe: async () => openApi(),
  };
  /** All functions that have routes, as one. */
  const handler = createApi({ ...deps, engine: { ...taking, explain: engine.explain } }, routes, {
    ...operations,
    ...preflightOperations,
    ...explainOperations,
    ...gitHubOperations,
  });
  return {
    store,
    log,
    ecs,
    written,
    /** What there is in ECS besides what Berth made there, by its name; and what registries say of images. */
    inspections,
    imageFindings,
    secretValues,
    /** Who asked to be looked at. */
    rung,
    handle: async (event: unknown): Promise<HttpAnswer> => (await handler(event, {} as never)) as HttpAnswer,
    async ask<Body = ProblemView>(request: Request): Promise<Answer<Body>> {
      const answer = (await handler(httpEvent(request), {} as never)) as HttpAnswer;
      return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(answer.body) as Body };
    },
    /** Looks at everything that asked to be looked at, until nothing does. */
    async settle() {
      for (let turn = 0; rung.length > 0 && turn < 20; turn++) await engine.wake(rung.splice(0));
    },
    /** Looks at everything that is due, as the sweep would have it. */
    async sweep() {
      rung.length = 0;
      await engine.wake(await store.due(clock.now(), 500));
    },
    async putTask(task: TaskRecord, ecsName: string) {
      await store.put(taskToStore(task, 'local', ecsName), 'newer');
    },
  };
}

export type TestApi = ReturnType<typeof startApi>;

/** An event of API Gateway's HTTP API, payload format 2.0. */
export function httpEvent({ method = 'GET', path, query = '', headers, body, isBase64Encoded }: Request) {
  const json = method === 'POST' && headers === undefined ? { 'content-type': 'application/json' } : {};
  return {
    version: '2.0',
    rawPath: path,
    rawQueryString: query,
    headers: { ...json, ...headers },
    requestContext: { requestId: 'r-1', http: { method, path } },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    isBase64Encoded: isBase64Encoded ?? false,
  };
}

/** The API on a port of the loopback address, as API Gateway would put it there. */
export async function listen(api: TestApi) {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '/', 'http://api');
    const answer = await api.handle({
      ...httpEvent({
        method: request.method ?? 'GET',
        path: url.pathname,
        query: url.search.slice(1),
        headers: request.headers as Record<string, string>,
      }),
      body: Buffer.concat(chunks).toString('base64'),
      isBase64Encoded: true,
    });
    response.writeHead(answer.statusCode, { ...answer.headers }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

function collectingLog(): Log & { readonly lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const write = (level: string) => (message: string, fields?: object) =>
    void lines.push({ level, message, ...fields });
  return { lines, info: write('info'), warn: write('warn'), error: write('error') };
}

function ownerIn(inspected: Inspected): FoundOwner {
  if (inspected.seen !== 'service') return inspected;
  const owner = inspected.service.tags[ownerTag];
  return { seen: 'service', ...(owner !== undefined && { owner }) };
}

interface ObedientEcs {
  look(ecsName: string): SeenService;
  apply(ecsName: string, target: Target): { serviceArn: string; ecsDeploymentId: string };
  register(family: string): string;
  /** How many writes it took. */
  readonly writes: number;
}

function createObedientEcs([environment]: readonly Environment[]): ObedientEcs {
  const running = new Map<string, ObservedService>();
  const prefix = `arn:aws:ecs:${environment!.region}:${environment!.account}`;
  let revision = 0;
  let writes = 0;
  return {
    get writes() {
      return writes;
    },
    look: (ecsName) => {
      const service = running.get(ecsName);
      return service ? { seen: 'service', ...service } : { seen: 'absent' };
    },
    register: (family) => `${prefix}:task-definition/${family}:${++revision}`,
    apply(ecsName, { count, release: { taskDefinitionArn } }) {
      const before = running.get(ecsName)?.deployments[0];
      const same = before?.taskDefinitionArn === taskDefinitionArn ? before : undefined;
      const id = same?.id ?? `ecs-svc/${++writes}`;
      const counts = { desiredCount: count, runningCount: count, pendingCount: 0 };
      const primary = { id, status: 'PRIMARY', taskDefinitionArn, ...counts, failedTasks: 0 } as const;
      const serviceArn = `${prefix}:service/local/${ecsName}` as ServiceArn;
      running.set(ecsName, {
        serviceArn,
        status: 'ACTIVE',
        taskDefinitionArn,
        ...counts,
        deployments: [
          { ...primary, rolloutState: 'COMPLETED', rolloutStateReason: undefined, createdAtMs: Date.now() },
        ],
        serviceDeployments: [],
      });
      return { serviceArn, ecsDeploymentId: id };
    },
  };
}

function membersOver(ecs: ObedientEcs, store: Store, clock: { now(): number }): Members {
  return {
    service: {
      domain: services,
      look: async () => ({}),
      perform: async (effect) => {
        const { ecsName, target } = effect as Extract<ServiceEffect, { type: 'apply' }>;
        return ecs.apply(ecsName, target);
      },
    },
    deployment: {
      domain: deployments,
      look: async (query) => look(query as DeploymentQuery, ecs, store, clock),
      perform: async (effect, context) => {
        const decided = effect as DeploymentEffect;
        if (decided.type === 'register') return register(decided, ecs, store, clock);
        if (decided.type === 'ask_webhook') return askWebhook(decided, context, { environment });
        throw new Error(`${decided.type} is not performed here`);
      },
    },
    lock: { domain: locks, look: async () => ({}), perform: async () => undefined },
    application: applicationMember({ store }),
  };
}

const look = async (
  { service, gates, evidence }: DeploymentQuery,
  ecs: ObedientEcs,
  store: Store,
  clock: { now(): number },
): Promise<DeploymentSeen> => ({
  ...(service && { service: ecs.look(service.ecsName) }),
  ...(gates && { gates: await lookForLocks(gates, { store, clock }) }),
  ...(evidence && { evidence: { logTail: [] } }),
});

async function register(
  { release, request }: Extract<DeploymentEffect, { type: 'register' }>,
  ecs: ObedientEcs,
  store: Store,
  clock: { now(): number },
) {
  if (release.taskDefinitionArn !== undefined) return { taskDefinitionArn: release.taskDefinitionArn };
  if (request.what.type !== 'content') throw new Error('a roll-back has nothing to register');
  const { spec, settings } = request.what;
  const taskDefinitionArn = ecs.register(request.ecsName);
  const body = { ...release, service: request.service, taskDefinitionArn, spec, settings };
  await store.put(releaseRecord({ ...body, registeredAt: clock.now() }), 'absent');
  return { taskDefinitionArn };
}

function tailOf(
  written: readonly LogEvent[],
  { sinceMs, untilMs, filter = '', limit, after = '0' }: LogQuery,
) {
  const all = written.filter(
    ({ timestampMs, message }) =>
      timestampMs >= sinceMs && timestampMs <= untilMs && message.includes(filter),
  );
  const from = Number(after);
  const events = all.slice(from, from + limit);
  return { events, ...(all.length > from + limit && { next: String(from + limit) }) };
}
