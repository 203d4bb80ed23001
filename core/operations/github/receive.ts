import { createHash } from 'node:crypto';
import { imageOfCommit } from '../../contract/ci-manifest.ts';
import type { GitHubSettings } from '../../contract/github.ts';
import { parse } from '../../contract/parse.ts';
import { createDeployment } from '../../contract/requests.ts';
import type { RawBody, RouteInput } from '../../contract/routes.ts';
import type { GitHubView } from '../../contract/views.ts';
import { BerthError, LostRace } from '../../kernel/errors.ts';
import { heardOf } from '../../pipelines/absorb.ts';
import type { Arrival, Heard, PipelineState } from '../../pipelines/model.ts';
import {
  type DeliveryRecord,
  deliveryKey,
  deliveryRecord,
  listOfPipelines,
  pipelineRef,
} from '../../pipelines/records.ts';
import { askedOf, checkedRequest } from '../create-deployment.ts';
import { deliver } from '../deliver.ts';
import { loadState } from '../find.ts';
import { pageOf } from '../pages.ts';
import type { GitHubDependencies } from '../ports.ts';
import { type Told, understand } from './events.ts';
import { digestIn, isSigned } from './signature.ts';

/**
 * Takes in a webhook of GitHub's. Nothing is read or written before its signature holds. What deploys is handed to the
 * pipelines of the services that listen, which know the order of commits; the answer is remembered under the delivery's
 * id, which makes a repetition cheap, and nothing more: that a commit is deployed once is the pipelines' knowledge.
 */
export async function receiveGitHub(
  deps: GitHubDependencies,
  { params, body }: RouteInput<'receiveGitHub'>,
): Promise<GitHubView> {
  const settings = settingsOf(deps, params.environment);
  await authenticate(deps, settings, body);
  const { delivery, event } = namesOf(body);
  const bodyHash = createHash('sha256').update(body.bytes).digest('hex');
  const key = deliveryKey(params.environment, delivery);
  const before = await deps.store.get(key);
  if (before) return answerOf(before.body as DeliveryRecord, bodyHash, delivery);
  const told = understand(event, jsonOf(body));
  if ('ignored' in told) return { delivery, event, outcome: 'ignored', reason: told.ignored, services: [] };
  const answer = { delivery, event, ...(await offerToAll(deps, params.environment, delivery, told)) };
  // What failed, or concerned nobody, may be sent again once that is mended.
  if (answer.outcome === 'ignored' || answer.services.some(({ outcome }) => outcome === 'failed'))
    return answer;
  const record = deliveryRecord(key, { bodyHash, answer }, deps.clock.now());
  if ((await deps.store.put(record, 'absent')) === 'stored') return answer;
  const winner = await deps.store.get(key);
  return winner ? answerOf(winner.body as DeliveryRecord, bodyHash, delivery) : answer;
}

/** Whether the environment is there or only takes no webhooks is nobody's business who has no secret. */
function settingsOf({ environments }: GitHubDependencies, name: string): GitHubSettings {
  const found = environments.find((environment) => environment.name === name)?.github;
  if (found) return found;
  throw new BerthError('not-found', 'no environment of this name takes webhooks of GitHub');
}

async function authenticate(
  { secrets, log }: GitHubDependencies,
  { webhookSecretArn }: GitHubSettings,
  { bytes, headers }: RawBody,
): Promise<void> {
  const signature = headers.get('x-hub-signature-256');
  if (signature === undefined || !digestIn(signature))
    throw unsigned('X-Hub-Signature-256 is missing, or is none');
  const secret = await secrets.read(webhookSecretArn);
  if (secret === undefined) {
    log.error('the secret of GitHub’s webhook has no value', { secret: webhookSecretArn });
    throw new BerthError('unavailable', 'Signatures cannot be checked just now; send it again later');
  }
  if (isSigned(bytes, signature, secret)) return;
  // It may have been changed since it was read.
  const fresh = await secrets.read(webhookSecretArn, { fresh: true });
  if (fresh !== undefined && fresh !== secret && isSigned(bytes, signature, fresh)) return;
  throw unsigned('X-Hub-Signature-256 is not the signature of this body');
}

const unsigned = (what: string) =>
  new BerthError('unauthorized', `${what}: give the webhook the secret that the environment names`);

function namesOf({ headers }: RawBody) {
  const delivery = headers.get('x-github-delivery') ?? '';
  const event = headers.get('x-github-event') ?? '';
  const errors = [
    ...(/^[0-9A-Za-z-]{8,64}$/.test(delivery)
      ? []
      : [{ path: '/headers/x-github-delivery', detail: 'has to be the id of a delivery' }]),
    ...(/^[a-z_]{1,64}$/.test(event)
      ? []
      : [{ path: '/headers/x-github-event', detail: 'has to be the name of an event' }]),
  ];
  if (errors.length === 0) return { delivery: delivery.toLowerCase(), event };
  throw new BerthError(
    'invalid-request',
    errors.map(({ path, detail }) => `${path} ${detail}`).join('; '),
    errors,
  );
}

/** The signature does not cover the delivery's id: another body under a known id is no repetition. */
function answerOf({ bodyHash, answer }: DeliveryRecord, hash: string, delivery: string): GitHubView {
  if (bodyHash === hash) return answer as GitHubView;
  throw new BerthError(
    'idempotency-conflict',
    `the delivery ${delivery} had another body when it came first`,
  );
}

function jsonOf({ bytes, headers }: RawBody): unknown {
  if (!/^application\/json\b/i.test(headers.get('content-type')?.trim() ?? ''))
    throw new BerthError('unsupported-media-type', 'set the content type of the webhook to application/json');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new BerthError('invalid-request', 'the body is not valid JSON');
  }
}

const maxServices = 50;

async function offerToAll(
  deps: GitHubDependencies,
  environment: string,
  delivery: string,
  told: Told,
): Promise<Pick<GitHubView, 'outcome' | 'reason' | 'services'>> {
  const { repository, branch, workflow } = told;
  const list = { list: listOfPipelines(environment, repository) };
  const { items } = await pageOf(deps.store, list, { limit: maxServices }, (body) => {
    const { id, ecsName, configured } = body as PipelineState;
    return configured ? { id, ecsName, rule: configured.rule } : undefined;
  });
  if (items.length === 0) return ignored(`no service of ${environment} is deployed from this repository`);
  const meant = items.filter(({ rule }) => rule.branch === branch && rule.workflow === workflow);
  if (meant.length === 0)
    return ignored('no service is deployed by this branch, or waits for another workflow');
  const services = [];
  for (const { id, ecsName } of meant) {
    const { delivery: _, ...heard } = await offer(deps, id, delivery, told);
    services.push({ service: ecsName, ...heard });
  }
  const isTaken = services.some(({ outcome }) => outcome === 'accepted' || outcome === 'known');
  const reason = services.map(({ service, reason: why }) => `${service}: ${why}`).join('; ');
  return { outcome: isTaken ? 'accepted' : 'refused', reason, services };
}

const ignored = (reason: string) => ({ outcome: 'ignored' as const, reason, services: [] });

const maxChanges = 4;

/** Offers a commit to one pipeline; anew where its manifest changes at the same moment. */
async function offer(
  deps: GitHubDependencies,
  pipeline: string,
  delivery: string,
  told: Told,
): Promise<Heard> {
  const arrival: Arrival = { delivery, commit: told.commit, place: told.place };
  for (let change = 0; change < maxChanges; change++) {
    const ref = pipelineRef(pipeline);
    const state = await loadState<PipelineState>(deps, ref);
    if (!state) break;
    const before = heardOf(state, delivery);
    if (before && before.outcome !== 'failed') return before;
    const made = await deploymentOf(deps, state, arrival, told);
    const message = { type: 'offer', arrival, version: state.version, ...made };
    const id = `github/${delivery}/${deps.newId()}`;
    const next = (await deliver(deps, ref, message, id)) as PipelineState | undefined;
    const heard = next && heardOf(next, delivery);
    if (heard && next.version === state.version) return heard;
  }
  throw new LostRace(`${pipeline} kept changing; send the delivery again`);
}

/** The deployment of the manifest that was accepted last with this commit's image, or why it cannot be. */
async function deploymentOf(
  deps: GitHubDependencies,
  { id, configured }: PipelineState,
  { commit, delivery }: Arrival,
  { sender, headline, branch }: Told,
) {
  if (!configured) return { problem: 'the service has no rule for GitHub' };
  const { rule, manifest } = configured;
  const short = commit.slice(0, 7);
  const body = parse(createDeployment, {
    ...manifest,
    spec: { ...(manifest.spec as object), image: imageOfCommit(rule.image, commit) },
    actor: `github:${sender}`.slice(0, 128),
    message: `${short} of ${branch}${headline === undefined ? '' : `: ${headline}`}`.slice(0, 300),
  });
  if (!body.ok)
    return {
      problem: `the manifest is not valid: ${body.errors.map(({ path, detail }) => `${path} ${detail}`).join('; ')}`,
    };
  try {
    // A key that nobody can give: keys hold no blank.
    const asked = askedOf(deps, body.value, `github ${delivery}`);
    return { request: { ...(await checkedRequest(deps, asked)), notify: pipelineRef(id) } };
  } catch (error) {
    const isTold =
      error instanceof BerthError && (error.kind === 'conflict' || error.kind === 'invalid-request');
    if (!isTold) throw error;
    return { problem: error.message };
  }
}
