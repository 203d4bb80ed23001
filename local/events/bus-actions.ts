import { z } from 'zod';
import { parseInput } from '../support/input.ts';
import { AwsError } from '../support/service.ts';
import type { Action, EventsContext } from './context.ts';

const busName = z.string().regex(/^[/.\-_A-Za-z0-9]{1,256}$/);
const nameSchema = z.object({ Name: busName });
const optionalSchema = z.object({ Name: z.string().optional() });
const listSchema = z.object({ NamePrefix: z.string().optional() });

/** The name of an existing bus, given by name or ARN; `default` where none is given. */
export function busNamed(nameOrArn: string | undefined, context: EventsContext): string {
  const name =
    nameOrArn === undefined ? 'default' : nameOrArn.replace(/^arn:aws:events:[^:]*:\d*:event-bus\//, '');
  const foreign = nameOrArn?.startsWith('arn:') && nameOrArn !== context.buses.busArn(name);
  if (!foreign && context.buses.hasBus(name)) return name;
  throw new AwsError('ResourceNotFoundException', `Event bus ${nameOrArn} does not exist.`);
}

export const busActions: Readonly<Record<string, Action>> = {
  CreateEventBus(raw, context) {
    const { Name } = parseInput(nameSchema, raw, 'ValidationException');
    if (context.buses.hasBus(Name)) {
      throw new AwsError('ResourceAlreadyExistsException', `Event bus ${Name} already exists.`);
    }
    if (context.buses.buses().length > 100)
      throw new AwsError('LimitExceededException', 'At most 100 event buses.');
    context.buses.createBus(Name);
    return { EventBusArn: context.buses.busArn(Name) };
  },

  DeleteEventBus(raw, context) {
    const { Name } = parseInput(nameSchema, raw, 'ValidationException');
    if (Name === 'default')
      throw new AwsError('ValidationException', 'The default event bus cannot be deleted.');
    if (context.buses.rules(Name).length > 0) {
      throw new AwsError('ValidationException', "Event bus can't be deleted since it has rules.");
    }
    context.buses.deleteBus(Name);
  },

  DescribeEventBus(raw, context) {
    const name = busNamed(parseInput(optionalSchema, raw, 'ValidationException').Name, context);
    return { Name: name, Arn: context.buses.busArn(name) };
  },

  ListEventBuses(raw, context) {
    const { NamePrefix = '' } = parseInput(listSchema, raw, 'ValidationException');
    const buses = context.buses.buses().filter((bus) => bus.name.startsWith(NamePrefix));
    return { EventBuses: buses.map(({ name }) => ({ Name: name, Arn: context.buses.busArn(name) })) };
  },
};
