import type * as sdk from '@aws-sdk/client-ecs';
import { AwsError } from '../../support/service.ts';
import { conflict, invalid, serviceNotFound } from '../errors.ts';
import type { DeploymentRecord, ServiceDeploymentRecord } from '../model.ts';
import { page } from '../paging.ts';
import { changeServiceDeployment, hasEnded } from '../services/book.ts';
import { abortDeployment, returnTo } from '../services/failure.ts';
import { serviceDeploymentBrief, serviceDeploymentView, serviceRevisionView } from '../services/view.ts';
import { changeHook, currentHooks } from '../strategies/hooks.ts';
import type { Wire } from '../wire.ts';
import { type ActionContext, type Actions, action } from './action.ts';
import { activeCluster, findService } from './lookup.ts';

export function serviceDeploymentActions(context: ActionContext): Actions {
  const { serviceDeployments, revisions } = context.state;
  return {
    ListServiceDeployments: action<sdk.ListServiceDeploymentsRequest, sdk.ListServiceDeploymentsResponse>(
      'ListServiceDeployments',
      (input) => listServiceDeployments(context, input),
    ),
    DescribeServiceDeployments: action<
      sdk.DescribeServiceDeploymentsRequest,
      sdk.DescribeServiceDeploymentsResponse
    >('DescribeServiceDeployments', ({ serviceDeploymentArns = [] }) => {
      checkBatch(serviceDeploymentArns);
      return {
        serviceDeployments: serviceDeploymentArns.flatMap((arn) => {
          const record = serviceDeployments.get(arn);
          return record ? [serviceDeploymentView(context, record)] : [];
        }),
        failures: missing(serviceDeploymentArns, (arn) => serviceDeployments.get(arn)),
      };
    }),
    DescribeServiceRevisions: action<
      sdk.DescribeServiceRevisionsRequest,
      sdk.DescribeServiceRevisionsResponse
    >('DescribeServiceRevisions', ({ serviceRevisionArns = [] }) => {
      checkBatch(serviceRevisionArns);
      return {
        serviceRevisions: serviceRevisionArns.flatMap((arn) => {
          const record = revisions.get(arn);
          return record ? [serviceRevisionView(context, record)] : [];
        }),
        failures: missing(serviceRevisionArns, (arn) => revisions.get(arn)),
      };
    }),
    StopServiceDeployment: action<sdk.StopServiceDeploymentRequest, sdk.StopServiceDeploymentResponse>(
      'StopServiceDeployment',
      (input) => stopServiceDeployment(context, input),
    ),
    ContinueServiceDeployment: action<
      sdk.ContinueServiceDeploymentRequest,
      sdk.ContinueServiceDeploymentResponse
    >('ContinueServiceDeployment', (input) => continueServiceDeployment(context, input)),
  };
}

function listServiceDeployments(
  context: ActionContext,
  input: Wire<sdk.ListServiceDeploymentsRequest>,
): Wire<sdk.ListServiceDeploymentsResponse> {
  const cluster = activeCluster(context, input.cluster);
  const service = findService(context, cluster, input.service);
  if (!service) throw serviceNotFound();
  const { nextToken, maxResults, ...query } = input;
  const { after = 0, before = Number.POSITIVE_INFINITY } = input.createdAt ?? {};
  const matching = context.state.serviceDeployments
    .of(service.key)
    .filter(
      ({ status, createdAt }) =>
        (!input.status?.length || input.status.includes(status)) &&
        createdAt / 1000 >= after &&
        createdAt / 1000 <= before,
    )
    .reverse();
  const listed = page(matching, ({ arn }) => arn, {
    query: ['ListServiceDeployments', query],
    nextToken,
    maxResults: maxResults ?? 20,
  });
  return { serviceDeployments: listed.items.map(serviceDeploymentBrief), nextToken: listed.nextToken };
}

function stopServiceDeployment(
  context: ActionContext,
  { serviceDeploymentArn = '', stopType = 'ROLLBACK' }: Wire<sdk.StopServiceDeploymentRequest>,
): Wire<sdk.StopServiceDeploymentResponse> {
  const record = context.state.serviceDeployments.get(serviceDeploymentArn);
  if (!record) throw deploymentNotFound();
  const deployment = deploymentUnderWay(context, record);
  if (!deployment) throw conflict(`The service deployment is ${record.status} and cannot be stopped.`);
  if (stopType === 'ABORT') abort(context, record, deployment);
  else rollBackOnRequest(context, record, deployment);
  context.scheduler.wake(record.serviceKey);
  return { serviceDeploymentArn };
}

/** Answers a PAUSE hook: CONTINUE lets the stage go on, ROLLBACK fails it. */
function continueServiceDeployment(
  context: ActionContext,
  {
    serviceDeploymentArn = '',
    hookId,
    action: answer = 'CONTINUE',
  }: Wire<sdk.ContinueServiceDeploymentRequest>,
): Wire<sdk.ContinueServiceDeploymentResponse> {
  const record = context.state.serviceDeployments.get(serviceDeploymentArn);
  if (!record) throw deploymentNotFound();
  if (record.status !== 'IN_PROGRESS') {
    throw conflict(`The service deployment is ${record.status} and cannot be continued.`);
  }
  const hook = currentHooks(record).find(({ id }) => id === hookId);
  if (!hook) throw invalid(`The lifecycle hook ${hookId} was not found in the service deployment.`);
  if (hook.type !== 'PAUSE' || hook.status !== 'AWAITING_ACTION') {
    throw invalid(`The lifecycle hook ${hookId} is not awaiting an action.`);
  }
  const status = answer === 'ROLLBACK' ? 'FAILED' : 'SUCCEEDED';
  changeHook(context, record.arn, hook.id, { status });
  context.scheduler.wake(record.serviceKey);
  return { serviceDeploymentArn };
}

function deploymentUnderWay(
  context: ActionContext,
  record: ServiceDeploymentRecord,
): DeploymentRecord | undefined {
  if (hasEnded(record)) return undefined;
  const primary = context.state.services.get(record.serviceKey)?.deployments[0];
  return primary?.serviceDeploymentArn === record.arn ? primary : undefined;
}

function abort(context: ActionContext, record: ServiceDeploymentRecord, deployment: DeploymentRecord): void {
  changeServiceDeployment(context, record.arn, { status: 'STOP_REQUESTED' });
  abortDeployment(context, record.serviceKey, deployment);
}

function rollBackOnRequest(
  context: ActionContext,
  record: ServiceDeploymentRecord,
  deployment: DeploymentRecord,
): void {
  if (deployment.isRollback) throw conflict('The service deployment is rolling back already.');
  if (!returnTo(context, record.serviceKey, deployment, 'Rollback requested by StopServiceDeployment')) {
    throw invalid('There is no completed service deployment to roll back to; use the stop type ABORT.');
  }
}

function deploymentNotFound(): AwsError {
  return new AwsError('ServiceDeploymentNotFoundException', 'The service deployment was not found.');
}

function checkBatch(arns: readonly string[]): void {
  if (arns.length === 0 || arns.length > 20) throw invalid('Between 1 and 20 ARNs can be described at once.');
}

function missing(arns: readonly string[], find: (arn: string) => unknown): Wire<sdk.Failure>[] {
  return arns.filter((arn) => find(arn) === undefined).map((arn) => ({ arn, reason: 'MISSING' }));
}
