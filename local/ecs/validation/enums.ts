import * as sdk from '@aws-sdk/client-ecs';

/** The schemas of the SDK know no enums; this table says which member has which. Key: member or `Shape.member`. */
const enums: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  launchType: sdk.LaunchType,
  schedulingStrategy: sdk.SchedulingStrategy,
  networkMode: sdk.NetworkMode,
  pidMode: sdk.PidMode,
  ipcMode: sdk.IpcMode,
  requiresCompatibilities: sdk.Compatibility,
  desiredStatus: sdk.DesiredStatus,
  propagateTags: sdk.PropagateTags,
  availabilityZoneRebalancing: sdk.AvailabilityZoneRebalancing,
  assignPublicIp: sdk.AssignPublicIp,
  protocol: sdk.TransportProtocol,
  appProtocol: sdk.ApplicationProtocol,
  logDriver: sdk.LogDriver,
  condition: sdk.ContainerCondition,
  stopType: sdk.StopServiceDeploymentStopType,
  sort: sdk.SortOrder,
  strategy: sdk.DeploymentStrategy,
  versionConsistency: sdk.VersionConsistency,
  cpuArchitecture: sdk.CPUArchitecture,
  operatingSystemFamily: sdk.OSFamily,
  'Ulimit.name': sdk.UlimitName,
  'ClusterSetting.name': sdk.ClusterSettingName,
  'ThresholdConfiguration.type': sdk.ThresholdType,
  'PlacementConstraint.type': sdk.PlacementConstraintType,
  'PlacementStrategy.type': sdk.PlacementStrategyType,
  'TaskDefinitionPlacementConstraint.type': sdk.TaskDefinitionPlacementConstraintType,
  'DeploymentController.type': sdk.DeploymentControllerType,
  'ResourceRequirement.type': sdk.ResourceType,
  'ListTaskDefinitionsRequest.status': sdk.TaskDefinitionStatus,
  'ListTaskDefinitionFamiliesRequest.status': sdk.TaskDefinitionFamilyStatus,
  'ListServiceDeploymentsRequest.status': sdk.ServiceDeploymentStatus,
  'DescribeClustersRequest.include': sdk.ClusterField,
  'DescribeServicesRequest.include': sdk.ServiceField,
  'DescribeTasksRequest.include': sdk.TaskField,
  'DescribeTaskDefinitionRequest.include': sdk.TaskDefinitionField,
  'PutAccountSettingRequest.name': sdk.SettingName,
  'PutAccountSettingDefaultRequest.name': sdk.SettingName,
  'DeleteAccountSettingRequest.name': sdk.SettingName,
  'ListAccountSettingsRequest.name': sdk.SettingName,
};

const values = new Map(Object.entries(enums).map(([key, entry]) => [key, Object.values(entry)]));

/** The values that `member` of the shape `owner` may have, undefined when it is free text. */
export function allowedValues(owner: string, member: string): readonly string[] | undefined {
  return values.get(`${owner}.${member}`) ?? values.get(member);
}
