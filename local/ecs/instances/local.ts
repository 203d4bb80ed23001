import { AwsError } from '../../support/service.ts';
import { instanceAddress } from './address.ts';
import { type Lifecycle, retireInstance } from './life.ts';
import { findInstance } from './lookup.ts';
import type { InstanceRecord } from './model.ts';
import { madeHost, newInstance } from './register.ts';
import { defaultInstanceType, instanceType, instanceTypes } from './types.ts';

/** Hosts that Local AWS is asked to have: what an Auto Scaling group, a person at a rack or a storm does on AWS. */
export interface InstanceControl {
  /** Registers hosts; answers with them, oldest first. */
  launch(wanted: WantedHosts): readonly MadeHost[];
  /** The hosts of a cluster, oldest first. */
  list(cluster: string): readonly MadeHost[];
  /** The host is gone, as when EC2 terminates it: its tasks stop. */
  terminate(cluster: string, reference: string): void;
  /** The host's agent loses its connection, or has it again: tasks go on, but none is placed. */
  connect(cluster: string, reference: string, isConnected: boolean): void;
}

export interface WantedHosts {
  /** `default` without it. */
  readonly cluster?: string;
  /** From 1 to 100; 1 without it. */
  readonly count?: number;
  readonly instanceType?: string;
  /** Without it hosts go round the region's zones a, b and c. */
  readonly zone?: string;
  readonly launchType?: 'EC2' | 'EXTERNAL';
  /** The capacity provider whose Auto Scaling group has launched them. */
  readonly capacityProvider?: string;
}

export interface MadeHost {
  readonly containerInstanceArn: string;
  readonly ec2InstanceId: string;
  readonly zone: string;
  readonly status: InstanceRecord['status'];
  readonly agentConnected: boolean;
  /** Where the host ports of its tasks are reached. */
  readonly address: string;
}

const ceiling = 100;

export function instanceControl(life: Lifecycle): InstanceControl {
  const { context, instances } = life;
  const clusterOf = (name: string) => {
    const cluster = context.state.clusters.get(name);
    if (cluster?.status !== 'ACTIVE') throw refused(`there is no cluster ${name.slice(0, 100)}`);
    return cluster;
  };
  const present = (cluster: string, reference: string): InstanceRecord => {
    const named = clusterOf(cluster);
    const byHost = context.state.instances.of(cluster).find(({ hostId }) => hostId === reference);
    const instance = findInstance(context, named, reference) ?? byHost;
    if (!instance || instance.status === 'INACTIVE') {
      throw refused(`there is no container instance ${reference.slice(0, 200)}`);
    }
    return instance;
  };
  return {
    launch(wanted) {
      const cluster = clusterOf(wanted.cluster ?? 'default');
      const { count = 1, instanceType: type = defaultInstanceType, launchType = 'EC2' } = wanted;
      const size = instanceType(type);
      if (!size) throw refused(`instanceType is one of ${instanceTypes.join(', ')}`);
      if (!Number.isInteger(count) || count < 1 || count > ceiling) {
        throw refused(`count is a whole number from 1 to ${ceiling}`);
      }
      const { capacityProvider } = wanted;
      if (capacityProvider !== undefined && !cluster.capacityProviders.includes(capacityProvider)) {
        throw refused(`the cluster has no capacity provider ${capacityProvider.slice(0, 100)}`);
      }
      const already = context.state.instances.of(cluster.name).length;
      return Array.from({ length: count }, (_, index) => {
        const zone = wanted.zone ?? `${context.region}${'abc'[(already + index) % 3]}`;
        const provided = capacityProvider === undefined ? {} : { capacityProvider };
        const host = madeHost(context, { launchType, instanceType: type, zone, ...provided }, size);
        const made = newInstance(context, cluster, host);
        instances.add(made);
        return hostView(made);
      });
    },
    list: (cluster) =>
      context.state.instances
        .of(clusterOf(cluster).name)
        .filter(({ status }) => status !== 'INACTIVE')
        .map(hostView),
    terminate(cluster, reference) {
      const instance = present(cluster, reference);
      retireInstance(life, instance, `Host EC2 (instance ${instance.hostId}) terminated.`);
    },
    connect(cluster, reference, agentConnected) {
      const instance = present(cluster, reference);
      if (instance.agentConnected !== agentConnected) instances.change(instance.id, { agentConnected });
    },
  };
}

function hostView({ id, arn, hostId, zone, status, agentConnected }: InstanceRecord): MadeHost {
  return {
    containerInstanceArn: arn,
    ec2InstanceId: hostId,
    ...{ zone, status, agentConnected },
    address: instanceAddress(id),
  };
}

function refused(message: string): AwsError {
  return new AwsError('ValidationException', `Container instances: ${message}.`);
}
