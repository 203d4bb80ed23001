import { openRelay, type Relay } from '../../discovery/relay.ts';
import type { TaskRecord } from '../model.ts';
import { instanceAddress } from './address.ts';

export interface HostPortsOptions {
  /** Scripted containers listen nowhere. */
  readonly runtime: { readonly name: string };
  log(line: string): void;
}

export interface HostPorts {
  /** To be called after every change of a task. */
  attend(task: TaskRecord): void;
  stop(): Promise<void>;
}

/**
 * Host ports of `bridge` and `host` as they are reached on AWS: at the instance's address, whatever address the
 * container itself has. TCP alone.
 */
export function createHostPorts({ runtime, log }: HostPortsOptions): HostPorts {
  const open = new Map<string, readonly Promise<Relay | undefined>[]>();

  const openAll = (task: TaskRecord, address: string) => {
    const host = instanceAddress(task.reserved?.instanceId ?? '');
    const relays = task.containers.flatMap(({ hostPorts = [], publishedPorts = {} }) =>
      hostPorts
        .filter(({ protocol }) => protocol === 'tcp')
        .map(({ containerPort, hostPort }) => {
          const target = { address, port: publishedPorts[containerPort] ?? containerPort };
          return openRelay(host, hostPort, () => [target]).catch((error: unknown) => {
            log(`Host port ${host}:${hostPort} of task ${task.id} is not open: ${String(error)}`);
            return undefined;
          });
        }),
    );
    open.set(task.id, relays);
  };
  const closeAll = async (taskId: string) => {
    const relays = open.get(taskId) ?? [];
    open.delete(taskId);
    for (const relay of await Promise.all(relays)) await relay?.close();
  };
  return {
    attend(task) {
      const hasPorts = task.containers.some(({ hostPorts }) => hostPorts !== undefined);
      if (!hasPorts || runtime.name === 'scripted') return;
      if (task.lastStatus === 'STOPPED') void closeAll(task.id);
      else if (task.lastStatus === 'RUNNING' && task.address !== undefined && !open.has(task.id)) {
        openAll(task, task.address);
      }
    },
    async stop() {
      await Promise.all([...open.keys()].map(closeAll));
    },
  };
}
