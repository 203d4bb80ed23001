import type { IncomingMessage } from 'node:http';
import type { createCallFaults } from './faults/calls.ts';
import type { CallLog, NewCall } from './introspection/calls.ts';
import type { EndpointService, Route } from './support/server.ts';
import type { Answer } from './support/wire.ts';

/** What lies around every call of a service. */
export interface Surroundings {
  readonly calls: CallLog;
  readonly faults: ReturnType<typeof createCallFaults>;
  /** The answer of ECS as a caller is to see it. */
  amend(action: string, input: Fields, output: Fields): Fields;
}

type Fields = Readonly<Record<string, unknown>>;

/** The service, with every call of it noted, and struck by faults. */
export function observedService(service: EndpointService, around: Surroundings): EndpointService {
  const { name } = service;
  const perform =
    name === 'ecs'
      ? (...of: Parameters<EndpointService['call']>) => {
          const [action, input] = of;
          const amend = (output: unknown) =>
            typeof output === 'object' && output ? around.amend(action, input, output as Fields) : output;
          const output = service.call(...of);
          return output instanceof Promise ? output.then(amend) : amend(output);
        }
      : (...of: Parameters<EndpointService['call']>) => service.call(...of);
  return {
    ...service,
    call(action, input, caller) {
      const call: NewCall = { service: name, action, input, accessKeyId: caller.accessKeyId };
      return around.calls.record(call, (told) =>
        around.faults(call, () => perform(action, input, caller), told),
      );
    },
  };
}

/** The same for a route that is one of AWS's services. */
export function observedRoute(route: Route, around: Surroundings): Route {
  const { call: callOf } = route;
  if (!callOf) return route;
  return {
    ...route,
    answer(request, body) {
      const call: NewCall = { ...callOf(request, body), accessKeyId: accessKeyOf(request) };
      const answered = around.calls.record(
        call,
        (told) => around.faults(call, () => route.answer(request, body), told),
        (output) => refusalIn(output as Answer),
      );
      return answered as Answer | Promise<Answer>;
    },
  };
}

function accessKeyOf({ headers }: IncomingMessage): string | undefined {
  return /Credential=([^/,\s]{1,128})\//.exec(headers.authorization ?? '')?.[1];
}

/** What an answer refuses that was not thrown. */
function refusalIn({
  status,
  headers,
  body,
}: Answer): { readonly code: string; readonly message: string } | undefined {
  if (status < 400) return undefined;
  const text = body.toString();
  const type = String(
    headers['x-amzn-errortype'] ?? /"__type"\s*:\s*"([^"]{1,200})"/.exec(text)?.[1] ?? status,
  );
  return { code: type.slice(type.indexOf('#') + 1), message: text.slice(0, 300) };
}
