import { AwsError } from '../support/service.ts';

/** ECS's errors with the words that ECS uses; callers match on both. */
export const invalid = (message: string): AwsError => new AwsError('InvalidParameterException', message);
export const clientError = (message: string): AwsError => new AwsError('ClientException', message);
export const unsupported = (message: string): AwsError =>
  new AwsError('UnsupportedFeatureException', message);
export const conflict = (message: string, resourceIds?: readonly string[]): AwsError =>
  new AwsError('ConflictException', message, 400, resourceIds ? { resourceIds } : {});
export const clusterNotFound = (): AwsError => new AwsError('ClusterNotFoundException', 'Cluster not found.');
export const clusterInactive = (): AwsError =>
  new AwsError('ClusterNotFoundException', 'The referenced cluster was inactive.');
export const serviceNotFound = (): AwsError => new AwsError('ServiceNotFoundException', 'Service not found.');
export const serviceNotActive = (): AwsError =>
  new AwsError('ServiceNotActiveException', 'Service was not ACTIVE.');
export const namespaceNotFound = (): AwsError =>
  new AwsError('NamespaceNotFoundException', 'The specified namespace was not found.');
export const resourceNotFound = (message: string): AwsError =>
  new AwsError('ResourceNotFoundException', message);
