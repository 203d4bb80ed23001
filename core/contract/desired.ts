import { createHash } from 'node:crypto';
import type { Course } from '../deployments/course/model.ts';
import type { HealthSpec, ReleaseSpec, ServiceSettings } from '../services/model.ts';
import { toCourse, toShift } from './course.ts';
import { defaults } from './defaults.ts';
import type { JobManifests } from './job-manifest.ts';
import { listenPortOf, type ServiceManifest } from './service-manifest.ts';

/** What a manifest comes to: the release, how the service moves there, and how many tasks if it says so. */
export interface Desired {
  readonly spec: ReleaseSpec;
  readonly settings: ServiceSettings;
  readonly count?: number;
  readonly course: Course;
}

/** Where it is to run; `directory` is where `run` is run, on one machine without containers. */
export interface Place {
  readonly local: boolean;
  readonly directory?: string;
}

/** Stands for an image where there is only a program to run on this machine. */
export const noImage = 'berth/run-on-this-machine';

/** Turns a service of a manifest into ECS's units. `run` and the directory are left out where containers run. */
export function toDesired(service: ServiceManifest, place: Place, jobs: JobManifests = {}): Desired {
  const { command, run, port, health, count } = service;
  const listen = listenPortOf(service);
  const isRun = place.local && run !== undefined;
  const isBalanced = listen !== undefined;
  const course = toCourse(service.deploy, isBalanced, jobs, count);
  const shift = toShift(course, isBalanced);
  return {
    spec: {
      image: service.image ?? noImage,
      ...(command && { command }),
      ...(isRun && { run }),
      ...(isRun && place.directory !== undefined && { directory: place.directory }),
      cpuUnits: service.cpu,
      memoryMiB: service.memory,
      ...(port !== undefined && { port }),
      ...(health && { health: healthOf(health) }),
      environment: service.environment,
      secrets: service.secrets,
    },
    settings: {
      ...(shift && { shift }),
      ...(listen !== undefined && { listen }),
      minimumHealthyPercent: service.deploy.minimumHealthyPercent,
      maximumPercent: service.deploy.maximumPercent,
      circuitBreaker: service.deploy.circuitBreaker,
      timeoutSeconds: service.deploy.timeout,
    },
    ...(count !== undefined && { count }),
    course,
  };
}

function healthOf({ path, command, ...check }: NonNullable<ServiceManifest['health']>): HealthSpec {
  const times = {
    intervalSeconds: check.interval,
    timeoutSeconds: check.timeout ?? Math.min(defaults['health.timeout'], check.interval - 1),
    healthyCount: check.healthy,
    unhealthyCount: check.unhealthy,
    graceSeconds: check.grace,
  };
  return path === undefined ? { ...times, command: plainCommand(command ?? []) } : { ...times, path };
}

/** Who knows ECS may write its first word, `CMD` or `CMD-SHELL`; here a command is always argv. */
function plainCommand([first, ...rest]: readonly string[]): readonly string[] {
  if (first === 'CMD') return rest;
  return first === 'CMD-SHELL' ? ['/bin/sh', '-c', rest.join(' ')] : [first ?? '', ...rest];
}

/** SHA-256, in hex, of a release's content. Equal content has an equal hash, whatever the order of its keys. */
export const contentHash = (spec: ReleaseSpec): string => hashOf(spec);

/** SHA-256, in hex, of the canonical JSON of plain data. */
export const hashOf = (value: unknown): string =>
  createHash('sha256').update(canonicalJson(value)).digest('hex');

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`;
}
