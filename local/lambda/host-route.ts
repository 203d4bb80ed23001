import { z } from 'zod';
import { parseInput } from '../support/input.ts';
import type { Route } from '../support/server.ts';
import { AwsError } from '../support/service.ts';
import { plainJson } from '../support/wire.ts';
import type { Hosts } from './hosts.ts';
import type { Assignment } from './settings.ts';

export interface HostRouteDependencies {
  readonly hosts: Hosts;
  /** What a host that begins is to run, with new credentials. */
  assignment(): Assignment;
  /** Makes visible what a host that goes still holds. */
  releaseAll(instance: string): void;
}

const instance = z.string().regex(/^[A-Za-z0-9-]{8,64}$/);
const announcement = z.object({
  instance,
  pid: z.number().int().positive(),
  url: z.url({ protocol: /^http$/, hostname: /^127\.0\.0\.1$/ }),
  holding: z.array(z.string().max(64)).max(10_000),
});
const farewell = z.object({ instance });

/** `/_local/host`: the Lambda host asks what to run (GET), comes (POST, every second) and goes (DELETE). */
export function hostRoute(deps: HostRouteDependencies): Route {
  return {
    limitBytes: 1024 * 1024,
    matches: (request) => request.url === '/_local/host',
    answer(request, body) {
      if (request.method === 'GET') return plainJson(200, deps.assignment());
      if (request.method === 'POST') {
        deps.hosts.announce(parseInput(announcement, parsed(body), 'ValidationException'));
        return plainJson(200, {});
      }
      if (request.method !== 'DELETE') throw new AwsError('MethodNotAllowed', 'GET, POST or DELETE.', 405);
      const left = parseInput(farewell, parsed(body), 'ValidationException').instance;
      deps.hosts.gone(left);
      deps.releaseAll(left);
      return plainJson(200, {});
    },
  };
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new AwsError('SerializationException', 'The body is not valid JSON.');
  }
}
