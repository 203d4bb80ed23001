import { AwsError } from '../support/service.ts';

/** Cloud Map's modelled exceptions. */
export const invalidInput = (message: string): AwsError => new AwsError('InvalidInput', message);
export const namespaceNotFound = (id: string): AwsError =>
  new AwsError('NamespaceNotFound', `Namespace not found : ${id}`);
export const serviceNotFound = (id: string): AwsError =>
  new AwsError('ServiceNotFound', `Service not found : ${id}`);
export const instanceNotFound = (id: string): AwsError =>
  new AwsError('InstanceNotFound', `Instance not found : ${id}`);
export const inUse = (message: string): AwsError => new AwsError('ResourceInUse', message);
export const tooMany = (message: string): AwsError => new AwsError('ResourceLimitExceeded', message);
