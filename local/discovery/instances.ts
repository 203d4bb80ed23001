import { z } from 'zod';
import { AwsError } from '../support/service.ts';
import { action, type DiscoveryContext, noteOperation, pageOf, type Run, serviceOf } from './context.ts';
import { instanceNotFound, invalidInput, tooMany } from './errors.ts';
import { attributes, creator, id, page } from './input.ts';
import { type Instance, instanceKey, instancesOf } from './model.ts';
import { deregister, register, setHealth } from './registrations.ts';

const mostInstances = 1000;
const ServiceId = id;
const InstanceId = z
  .string()
  .max(64)
  .regex(/^[0-9a-zA-Z_/:.@-]+$/, 'must be of letters, digits and _ / : . @ -');
const refused = ['AWS_ALIAS_DNS_NAME', 'AWS_EC2_INSTANCE_ID'];

const registerInput = z.object({
  ServiceId,
  InstanceId,
  CreatorRequestId: creator,
  Attributes: attributes,
});

function registerInstance(context: DiscoveryContext, input: z.output<typeof registerInput>): object {
  const { tables } = context;
  const service = serviceOf(context, input.ServiceId);
  const absent = refused.find((name) => input.Attributes[name] !== undefined);
  if (absent) throw invalidInput(`Local AWS does not have the attribute ${absent}.`);
  const isNew = !tables.instances.has(instanceKey(service.id, input.InstanceId));
  if (isNew && instancesOf(tables, service.id).length >= mostInstances) {
    throw tooMany(`A service has at most ${mostInstances} instances.`);
  }
  register(tables, service, input.InstanceId, input.Attributes, input.CreatorRequestId);
  const targets = { INSTANCE: input.InstanceId, SERVICE: service.id };
  return { OperationId: noteOperation(context, 'REGISTER_INSTANCE', targets).id };
}

function found(context: DiscoveryContext, serviceId: string, instanceId: string): Instance {
  const instance = context.tables.instances.get(instanceKey(serviceId, instanceId));
  if (!instance) throw instanceNotFound(instanceId);
  return instance;
}

const shapeOf = ({ account }: DiscoveryContext, instance: Instance) => ({
  Id: instance.id,
  ...(instance.creatorRequestId === undefined ? {} : { CreatorRequestId: instance.creatorRequestId }),
  Attributes: instance.attributes,
  CreatedByAccount: account,
});

const healthInput = z.object({
  ServiceId,
  Instances: z.array(InstanceId).min(1).max(100).optional(),
  ...page,
});

/** A service without a health check says HEALTHY of all. */
function healthStatus(context: DiscoveryContext, input: z.output<typeof healthInput>): object {
  const service = serviceOf(context, input.ServiceId);
  const asked = input.Instances
    ? input.Instances.map((instanceId) => found(context, service.id, instanceId))
    : instancesOf(context.tables, service.id);
  const { shown, ...rest } = pageOf(asked, (instance) => instance.id, input);
  return { Status: Object.fromEntries(shown.map((instance) => [instance.id, instance.health])), ...rest };
}

export const instanceActions: Readonly<Record<string, Run>> = {
  RegisterInstance: action(registerInput, registerInstance),

  DeregisterInstance: action(z.object({ ServiceId, InstanceId }), (context, input) => {
    const service = serviceOf(context, input.ServiceId);
    const { id: INSTANCE } = found(context, service.id, input.InstanceId);
    deregister(context.tables, service.id, INSTANCE);
    const targets = { INSTANCE, SERVICE: service.id };
    return { OperationId: noteOperation(context, 'DEREGISTER_INSTANCE', targets).id };
  }),

  GetInstance: action(z.object({ ServiceId, InstanceId }), (context, input) => ({
    ResourceOwner: context.account,
    Instance: shapeOf(context, found(context, serviceOf(context, input.ServiceId).id, input.InstanceId)),
  })),

  ListInstances: action(z.object({ ServiceId, ...page }), (context, input) => {
    const all = instancesOf(context.tables, serviceOf(context, input.ServiceId).id);
    const { shown, ...rest } = pageOf(all, (instance) => instance.id, input);
    const Instances = shown.map((instance) => shapeOf(context, instance));
    return { ResourceOwner: context.account, Instances, ...rest };
  }),

  GetInstancesHealthStatus: action(healthInput, healthStatus),

  UpdateInstanceCustomHealthStatus: action(
    z.object({ ServiceId, InstanceId, Status: z.enum(['HEALTHY', 'UNHEALTHY']) }),
    (context, input) => {
      const service = serviceOf(context, input.ServiceId);
      if (!service.hasCustomHealth) {
        const message = `Service ${service.id} has no custom health check.`;
        throw new AwsError('CustomHealthNotFound', message);
      }
      const instance = found(context, service.id, input.InstanceId);
      setHealth(context.tables, service.id, instance.id, input.Status);
      return {};
    },
  ),
};
