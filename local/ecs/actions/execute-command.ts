import type * as sdk from '@aws-sdk/client-ecs';
import { AwsError } from '../../support/service.ts';
import { invalid } from '../errors.ts';
import type { ContainerRecord, TaskRecord } from '../model.ts';
import { containerId } from '../tasks/launch.ts';
import type { Wire } from '../wire.ts';
import { type ActionContext, type Actions, action } from './action.ts';
import { activeCluster, findTask } from './lookup.ts';

const commandCeiling = 65_536;

/** ExecuteCommand: the answer names a websocket of the endpoint at which Session Manager's protocol is spoken. */
export function executeCommandActions(context: ActionContext): Actions {
  return {
    ExecuteCommand: action<sdk.ExecuteCommandRequest, sdk.ExecuteCommandResponse>('ExecuteCommand', (input) =>
      executeCommand(context, input),
    ),
  };
}

function executeCommand(
  context: ActionContext,
  input: Wire<sdk.ExecuteCommandRequest>,
): Wire<sdk.ExecuteCommandResponse> {
  const { command = '', interactive, task: reference = '' } = input;
  const cluster = activeCluster(context, input.cluster);
  if (interactive !== true) throw invalid('Interactive is the only mode supported currently.');
  if (command.length > commandCeiling || command.includes('\0')) {
    throw invalid(`command must have at most ${commandCeiling} characters, none of them NUL.`);
  }
  const task = findTask(context, cluster, reference);
  if (!task) throw invalid('The referenced task was not found.');
  const container = containerOf(task, input.container);
  if (!task.enableExecuteCommand) {
    throw invalid(
      'The execute command failed because execute command was not enabled when the task was run or the execute ' +
        'command agent isn’t running. Wait and try again or run a new task with execute command enabled and try again.',
    );
  }
  if (task.lastStatus !== 'RUNNING' || container.status !== 'RUNNING' || container.isRestarting) {
    throw new AwsError(
      'TargetNotConnectedException',
      'The execute command failed due to an internal error. Try again later.',
    );
  }
  const { sessionId, tokenValue, path } = context.sessions.open(
    containerId(task.id, container.name),
    command,
  );
  return {
    clusterArn: cluster.arn,
    taskArn: task.arn,
    containerArn: container.arn,
    containerName: container.name,
    interactive: true,
    session: {
      sessionId,
      tokenValue,
      streamUrl: context.endpoint().replace(/^http/, 'ws') + path,
    },
  };
}

function containerOf({ containers }: TaskRecord, name: string | undefined): ContainerRecord {
  const [only] = containers;
  const found = name === undefined ? only : containers.find((container) => container.name === name);
  if (name === undefined && containers.length > 1) {
    throw invalid('The container name must be specified: the task has multiple containers.');
  }
  if (!found) throw invalid(`The container ${String(name)} was not found in the task.`);
  return found;
}
