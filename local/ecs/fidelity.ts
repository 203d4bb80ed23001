/** How near an action is to ECS: as ECS in all that is documented, with differences that `note` names, or refused. */
export interface Fidelity {
  readonly level: 'faithful' | 'approximate' | 'absent';
  readonly note: string;
}

const faithful = (note = ''): Fidelity => ({ level: 'faithful', note });
const approximate = (note: string): Fidelity => ({ level: 'approximate', note });
const absent = (note: string): Fidelity => ({ level: 'absent', note });

const daemons = absent('Daemons of managed instances');
const gateways = absent('Gateways');
const express = absent('Express Mode');
const agent = approximate(
  'Acknowledged; changes nothing, because Local AWS runs the containers itself without an agent',
);

/** Every action of the SDK's client; what is absent answers with UnsupportedFeatureException. */
export const fidelity: Readonly<Record<string, Fidelity>> = {
  CreateCluster: faithful(),
  DescribeClusters: faithful('Attachments name policies and hooks that are not there'),
  ListClusters: faithful(),
  UpdateCluster: faithful('Kept and shown; logging and encryption of ExecuteCommand have no effect'),
  UpdateClusterSettings: faithful('Container Insights is kept and shown'),
  DeleteCluster: faithful(),
  PutClusterCapacityProviders: faithful('Done at once, never UPDATE_IN_PROGRESS'),

  CreateCapacityProvider: approximate('Auto Scaling groups by name only; no managed instances'),
  DescribeCapacityProviders: faithful(),
  UpdateCapacityProvider: approximate('Managed scaling is kept and shown; nothing scales'),
  DeleteCapacityProvider: approximate('Done at once; shown INACTIVE afterwards'),

  RegisterTaskDefinition: approximate(
    'Inference accelerators are refused. Volumes of EFS, FSx, S3 Files and Docker drivers, volumesFrom and an App Mesh proxy are kept, and refused when they are to run',
  ),
  DescribeTaskDefinition: faithful(),
  DeregisterTaskDefinition: faithful('Takes effect at once, without the ten minutes that AWS allows itself'),
  DeleteTaskDefinitions: approximate('Gone a minute after the last task, service and task set has let go'),
  ListTaskDefinitions: faithful(),
  ListTaskDefinitionFamilies: faithful(),

  CreateService: approximate('The deployment controller CODE_DEPLOY and VPC Lattice are refused'),
  UpdateService: approximate('As CreateService'),
  DescribeServices: faithful(),
  ListServices: faithful(),
  DeleteService: faithful(),
  ListServicesByNamespace: faithful(),
  ListServiceDeployments: faithful(),
  DescribeServiceDeployments: faithful(),
  DescribeServiceRevisions: faithful(),
  StopServiceDeployment: faithful(),
  ContinueServiceDeployment: faithful(),

  CreateTaskSet: faithful(),
  DescribeTaskSets: faithful(),
  UpdateTaskSet: faithful(),
  UpdateServicePrimaryTaskSet: faithful('Shifts no traffic, as on ECS'),
  DeleteTaskSet: faithful(),

  RunTask: faithful('Tokens of idempotency to the letter; EBS volumes are refused'),
  StartTask: faithful(),
  StopTask: faithful(),
  DescribeTasks: faithful(),
  ListTasks: faithful(),
  UpdateTaskProtection: faithful(),
  GetTaskProtection: faithful(),
  ExecuteCommand: approximate('A shell in the container over a websocket, without KMS and session logs'),

  RegisterContainerInstance: approximate('The signature of the identity document is not verified'),
  DeregisterContainerInstance: faithful(),
  DescribeContainerInstances: faithful(),
  ListContainerInstances: faithful(),
  UpdateContainerInstancesState: faithful(),
  PutAttributes: faithful(),
  ListAttributes: faithful(),
  DeleteAttributes: faithful(),
  UpdateContainerAgent: faithful('NoUpdateAvailableException always: the newest agent is there'),
  DiscoverPollEndpoint: approximate('The endpoint of Local AWS; no agent can poll it'),
  SubmitTaskStateChange: agent,
  SubmitContainerStateChange: agent,
  SubmitAttachmentStateChanges: agent,

  TagResource: faithful(),
  UntagResource: faithful(),
  ListTagsForResource: faithful(),
  PutAccountSetting: approximate('Kept and shown; only containerInsights has an effect, on new clusters'),
  PutAccountSettingDefault: approximate('As PutAccountSetting'),
  ListAccountSettings: faithful(),
  DeleteAccountSetting: faithful(),

  CreateDaemon: daemons,
  UpdateDaemon: daemons,
  DeleteDaemon: daemons,
  DescribeDaemon: daemons,
  ListDaemons: daemons,
  DescribeDaemonDeployments: daemons,
  DescribeDaemonRevisions: daemons,
  ListDaemonDeployments: daemons,
  RegisterDaemonTaskDefinition: daemons,
  DescribeDaemonTaskDefinition: daemons,
  DeleteDaemonTaskDefinition: daemons,
  ListDaemonTaskDefinitions: daemons,

  CreateGateway: gateways,
  UpdateGateway: gateways,
  DeleteGateway: gateways,
  DescribeGateway: gateways,
  ListGateways: gateways,
  DescribeGatewayResources: gateways,
  DescribeGatewayRoute: gateways,
  ListGatewayRoutes: gateways,
  AssociateGatewayWithCluster: gateways,
  DisassociateGatewayFromCluster: gateways,
  ListGatewayClusterAssociations: gateways,

  CreateExpressGatewayService: express,
  UpdateExpressGatewayService: express,
  DeleteExpressGatewayService: express,
  DescribeExpressGatewayService: express,
};
