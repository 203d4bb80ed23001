import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { EcsContext } from '../ecs/context.ts';
import type { ContainerRecord, TaskRecord } from '../ecs/model.ts';
import type { TaskBook } from '../ecs/tasks/book.ts';
import { taskRoleOf } from '../ecs/tasks/environment.ts';
import { containerId } from '../ecs/tasks/launch.ts';
import { protectionEnd, protectionView } from '../ecs/tasks/protection.ts';
import { toIso } from '../ecs/wire.ts';
import type { Route } from '../support/server.ts';
import { AwsError } from '../support/service.ts';
import { type Answer, plainJson } from '../support/wire.ts';
import { roleCredentials } from './credentials.ts';
import { containerMetadata, taskMetadata } from './metadata.ts';
import { dockerStats } from './stats.ts';

type Context = EcsContext & { readonly book: TaskBook };

interface Asked {
  readonly task: TaskRecord;
  readonly container: ContainerRecord;
  readonly method: string;
  readonly body: Buffer;
}

const paths = /^\/(v4|v2\/credentials|api)\/([0-9a-f]{32}-[0-9a-f]{32})(\/[\w/-]*)?$/;

/**
 * What a container may ask of its surroundings, each under a key that only it is told:
 *
 * - `/v4/<key>` the container, `/task`, `/taskWithTags`, `/stats`, `/task/stats` (`ECS_CONTAINER_METADATA_URI_V4`)
 * - `/v2/credentials/<key>` its task role's credentials (`AWS_CONTAINER_CREDENTIALS_FULL_URI`)
 * - `/api/<key>/task-protection/v1/state` to read and set (`ECS_AGENT_URI`)
 */
export function taskRoute(context: Context): Route {
  return {
    limitBytes: 4096,
    matches: ({ url = '' }) => paths.test(pathOf(url)),
    answer({ method = 'GET', url = '' }, body) {
      const [, kind, key = '', rest = ''] = paths.exec(pathOf(url)) ?? [];
      const purpose = kind === 'v2/credentials' ? 'credentials' : 'metadata';
      const found = context.taskKeys.find(context.state, key, purpose);
      if (!found) throw new AwsError('NotFoundException', 'Nothing is known of this container.', 404);
      const asked = { ...found, method, body };
      if (kind === 'v4') return metadata(context, asked, rest);
      return kind === 'api' ? agent(context, asked, rest) : credentials(context, asked);
    },
  };
}

const pathOf = (url: string) => url.replace(/\?.*$/s, '');

async function metadata(context: Context, { task, container }: Asked, path: string): Promise<Answer> {
  switch (path) {
    case '':
    case '/':
      return plainJson(200, containerMetadata(context, task, container));
    case '/task':
      return plainJson(200, taskMetadata(context, task, false));
    case '/taskWithTags':
      return plainJson(200, taskMetadata(context, task, true));
    case '/stats':
      return plainJson(200, Object.values(await statsOf(context, task, [container]))[0] ?? null);
    case '/task/stats':
      return plainJson(200, await statsOf(context, task, task.containers));
    default:
      throw new AwsError('NotFoundException', `The metadata endpoint has no ${path}.`, 404);
  }
}

/** By the containers' runtime ids, as Docker's; null for one that does not run. */
async function statsOf(
  { runtime, clock }: Context,
  task: TaskRecord,
  containers: readonly ContainerRecord[],
): Promise<Record<string, object | null>> {
  const usages = await runtime.stats(containers.map(({ name }) => containerId(task.id, name)));
  return Object.fromEntries(
    containers.map((container) => {
      const usage = usages.get(containerId(task.id, container.name));
      const stats = usage ? dockerStats(container, usage, clock.now()) : null;
      return [container.runtimeId ?? container.name, stats];
    }),
  );
}

function credentials(context: Context, { task }: Asked): Answer {
  const role = taskRoleOf(context, task);
  if (!role) throw new AwsError('NotFoundException', 'The task has no role.', 404);
  return plainJson(200, roleCredentials(role, context.clock.now()));
}

const protectionInput = z.object({
  ProtectionEnabled: z.boolean(),
  ExpiresInMinutes: z.number().int().optional(),
});

/** Errors have the shape of the agent's, not of an AWS service's. */
function agent(context: Context, asked: Asked, path: string): Answer {
  const { task, method } = asked;
  if (path !== '/task-protection/v1/state' || (method !== 'GET' && method !== 'PUT')) {
    throw new AwsError('NotFoundException', `The agent's endpoint has no ${method} ${path}.`, 404);
  }
  if (!task.service) {
    const detail = 'Only tasks of a service can be protected.';
    return plainJson(200, { failure: { Arn: task.arn, Reason: 'TASK_NOT_VALID', Detail: detail } });
  }
  try {
    if (method === 'PUT') protect(context, asked);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const told = { Arn: task.arn, Code: error.code, Message: error.message };
    return plainJson(400, { requestID: randomUUID(), error: told });
  }
  const now = context.clock.now();
  const current = context.state.tasks.get(task.id) ?? task;
  const { protectionEnabled, expirationDate } = protectionView(current, now);
  return plainJson(200, {
    protection: {
      ...(expirationDate !== undefined && { ExpirationDate: toIso(expirationDate * 1000) }),
      ProtectionEnabled: protectionEnabled,
      TaskArn: task.arn,
    },
  });
}

function protect(context: Context, { task, body }: Asked): void {
  const parsed = protectionInput.safeParse(jsonIn(body));
  if (!parsed.success) {
    throw new AwsError('InvalidParameterException', 'ProtectionEnabled must be true or false.');
  }
  const { ProtectionEnabled, ExpiresInMinutes } = parsed.data;
  context.book.note(task.id, { protectedUntil: protectionEnd(context, ProtectionEnabled, ExpiresInMinutes) });
}

function jsonIn(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
