import { createHmac } from 'node:crypto';
import {
  createApplication as createApplicationBody,
  createDeployment as createDeploymentBody,
} from '../../../core/contract/requests.ts';
import { BerthError } from '../../../core/kernel/errors.ts';
import { abortApplication, createApplication } from '../../../core/operations/applications.ts';
import {
  abortDeployment,
  approveDeployment,
  pauseDeployment,
  promoteDeployment,
  resumeDeployment,
  skipStep,
} from '../../../core/operations/controls.ts';
import { createDeployment } from '../../../core/operations/create-deployment.ts';
import { receiveGitHub } from '../../../core/operations/github/receive.ts';
import {
  lockEnvironment,
  lockService,
  unlockEnvironment,
  unlockService,
} from '../../../core/operations/locks.ts';
import type { OperationDependencies } from '../../../core/operations/ports.ts';
import { rollBack } from '../../../core/operations/roll-back.ts';
import { scaleService } from '../../../core/operations/scaling.ts';
import type { CourseTraits } from '../courses.ts';
import { type Push, shaOf } from '../pushes.ts';
import {
  type Control,
  controls,
  type DeployStep,
  deployer,
  type ServiceTraits,
  type Step,
} from '../story.ts';

export const environmentName = 'local';
export const ecsNameOf = (service: string) => `shop-${service}`;

/** What people ask of the API. */
export type Asked = Exclude<Step, { do: 'change-outside' | 'kill-a-task' | 'run-tasks' }>;

interface Context {
  readonly key: string;
  readonly newest: string | undefined;
  /** The last that was deployed as one. */
  readonly together: string | undefined;
  readonly services: readonly ServiceTraits[];
}

/**
 * One request, answered by the very operations of the API. `key` is the same at every attempt. Answers the
 * deployment's id where it made one; throws what Berth refuses for good as a `BerthError`.
 */
export async function ask(
  deps: OperationDependencies,
  step: Asked,
  traits: ServiceTraits,
  context: Context,
): Promise<string | undefined> {
  const params = { environment: environmentName, service: ecsNameOf(step.service) };
  const query = {};
  switch (step.do) {
    case 'deploy': {
      const written = bodyOf(step, traits);
      const body = createDeploymentBody.parse(written);
      return (await createDeployment(deps, { params: {}, query, body, written, idempotencyKey: context.key }))
        .id;
    }
    case 'roll-back': {
      const body = { whenBusy: step.whenBusy };
      return (await rollBack(deps, { params, query, body, idempotencyKey: context.key })).id;
    }
    case 'deploy-together': {
      const written = togetherOf(step, context.services);
      const body = createApplicationBody.parse(written);
      return (
        await createApplication(deps, { params: {}, query, body, written, idempotencyKey: context.key })
      ).id;
    }
    case 'abort-together':
      if (context.together)
        await abortApplication(deps, { params: { id: context.together }, query, body: { actor: 'bob' } });
      return undefined;
    case 'lock': {
      const { seconds } = step;
      const until = seconds === undefined ? undefined : new Date(deps.clock.now() + seconds * 1000);
      const body = { message: 'a quiet time', actor: 'cat', ...(until && { until: until.toISOString() }) };
      if (step.of === 'environment') await lockEnvironment(deps, { params, query, body });
      else await lockService(deps, { params, query, body });
      return undefined;
    }
    case 'unlock': {
      const body = { actor: 'cat' };
      if (step.of === 'environment') await unlockEnvironment(deps, { params, query, body });
      else await unlockService(deps, { params, query, body });
      return undefined;
    }
    case 'push':
      await receiveGitHub({ ...deps, secrets: { read: async () => webhookSecret } }, pushed(step.push));
      return undefined;
    case 'scale':
      await scaleService(deps, { params, query, body: { count: step.count } });
      return undefined;
    default:
      if (context.newest) await say(deps, step.do, context.newest, step.who);
      return undefined;
  }
}

const webhookSecret = 'a secret of this world';
const repository = 'acme/shop';
const firstPushSeconds = 1_700_000_000;

/** The webhook of a push, as GitHub signs and sends it. */
function pushed({ delivery, commit }: Push) {
  const bytes = Buffer.from(
    JSON.stringify({
      ...{ ref: 'refs/heads/main', before: shaOf(commit - 1), after: shaOf(commit), created: commit === 1 },
      commits: [{ id: shaOf(commit) }],
      repository: { full_name: repository, pushed_at: firstPushSeconds + 30 * commit },
      sender: { login: 'dan' },
    }),
  );
  const headers = new Map([
    ['content-type', 'application/json'],
    ['x-github-event', 'push'],
    ['x-github-delivery', delivery],
    ['x-hub-signature-256', `sha256=${createHmac('sha256', webhookSecret).update(bytes).digest('hex')}`],
  ]);
  return { params: { environment: environmentName }, query: {}, body: { bytes, headers } };
}

const saying = {
  approve: approveDeployment,
  promote: promoteDeployment,
  skip: skipStep,
  pause: pauseDeployment,
  resume: resumeDeployment,
  abort: abortDeployment,
} as const satisfies Record<Control, unknown>;

export const isControl = (what: string): what is Control => (controls as readonly string[]).includes(what);

export async function say(
  deps: OperationDependencies,
  what: Control,
  id: string,
  actor: string,
): Promise<void> {
  await saying[what](deps, { params: { id }, body: { actor } });
}

/** Whether asking again is of no use. */
export const isRefusal = (error: unknown) =>
  error instanceof BerthError && !['throttled', 'unavailable', 'internal'].includes(error.kind);

const health = { command: ['check'], interval: '5s', timeout: '2s', healthy: 2, unhealthy: 2, grace: '6s' };

function bodyOf(step: DeployStep, traits: ServiceTraits) {
  return {
    environment: environmentName,
    app: 'shop',
    service: step.service,
    whenBusy: step.whenBusy,
    actor: deployer,
    jobs: jobsOf(step.course),
    spec: specOf(step, traits),
  };
}

function togetherOf(
  { parts, inOrder }: Extract<Asked, { do: 'deploy-together' }>,
  services: readonly ServiceTraits[],
) {
  const specs = parts.flatMap((step, place) => {
    const traits = services.find(({ name }) => name === step.service);
    const needs = inOrder && place > 0 ? { needs: [parts[place - 1]!.service] } : {};
    return traits ? [[step.service, { ...specOf(step, traits), ...needs }] as const] : [];
  });
  return {
    environment: environmentName,
    app: 'shop',
    whenBusy: parts[0]?.whenBusy,
    actor: deployer,
    jobs: Object.assign({}, ...parts.map(({ course }) => jobsOf(course))),
    services: Object.fromEntries(specs),
  };
}

function specOf(step: DeployStep, traits: ServiceTraits) {
  const { listen, checked, circuitBreaker, timeoutSeconds, minimumHealthyPercent, maximumPercent } = traits;
  return {
    image: `shop:${step.behaviour}-${step.version}`,
    port: 8080,
    listen: listen ?? false,
    ...(checked && { health }),
    ...(step.count !== undefined && { count: step.count }),
    ...(traits.isPushed && { ci: { github: { repository, branch: 'main', image: 'shop:works-{short}' } } }),
    deploy: {
      ...{ timeout: `${timeoutSeconds}s`, circuitBreaker, minimumHealthyPercent, maximumPercent },
      ...deployOf(step.course),
    },
  };
}

const jobsOf = ({ before, after }: CourseTraits) => ({
  ...(before && { [`migrate-${before}`]: { command: ['job', before], timeout: '30s' } }),
  ...(after && { [`smoke-${after}`]: { command: ['job', after], timeout: '30s' } }),
});

const hookUrl = 'https://ci.example/';

/** What a webhook is to say stands in its address. */
export const webhookIn = (url: string) => decodeURIComponent(url.slice(hookUrl.length));

function deployOf({ strategy, steps, bakeSeconds, judge, approval, webhook, before, after }: CourseTraits) {
  const asked = webhook && [
    { name: 'ci', url: hookUrl + encodeURIComponent(webhook), timeout: webhook === 'later' ? '10s' : '60s' },
  ];
  return {
    strategy,
    ...(steps.length > 0 && {
      steps: steps.map(({ percent, seconds, approval: isHeld }) => ({
        ...{ traffic: `${percent}%`, for: `${seconds}s` },
        ...(isHeld && { approval: true }),
      })),
    }),
    bake: `${bakeSeconds}s`,
    judge: judge ? judgeOf(judge) : false,
    gates: { ...(approval && { approval }), ...(asked && { webhooks: asked }) },
    ...(before && { before: [`migrate-${before}`] }),
    ...(after && { after: [`smoke-${after}`] }),
  };
}

const judgeOf = ({ extendSeconds, ...judge }: NonNullable<CourseTraits['judge']>) => ({
  ...judge,
  extend: `${extendSeconds}s`,
  errors: { atMost: '2x', share: '1%' },
  exits: false,
});
