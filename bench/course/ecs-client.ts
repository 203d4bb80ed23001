import type { ECSClient } from '@aws-sdk/client-ecs';

type Json = Readonly<Record<string, unknown>>;

/** An ECS client whose calls are answered in this process, in the shapes of the SDK. */
export const ecsInProcess = (call: (action: string, input: object) => object): ECSClient =>
  ({
    send: async (command: { readonly input: Json }) =>
      withDates(call(command.constructor.name.replace(/Command$/, ''), toWire(command.input) as object)),
  }) as unknown as ECSClient;

/** Moments that end in `At` travel as seconds. */
function withDates(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withDates);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [
        name,
        /At$/.test(name) && typeof member === 'number' ? new Date(member * 1000) : withDates(member),
      ]),
  );
}

function toWire(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toWire(member)]));
}
