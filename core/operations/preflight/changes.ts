import type { ReleaseSpec, ServiceSettings } from '../../services/model.ts';

/** One thing that is not as it was, by its path; `from` is missing where it is new, `to` where it goes. */
export interface Change {
  readonly path: string;
  readonly from?: string;
  readonly to?: string;
}

export interface Content {
  readonly spec: ReleaseSpec;
  readonly settings: ServiceSettings;
  readonly count?: number | undefined;
}

/**
 * What a deployment changes of what is there: image, command, size, variables with their values, references of secrets,
 * and how the service moves and is reached. A count that is not said stays what it is.
 */
export function changesBetween(before: Content | undefined, after: Content): readonly Change[] {
  const was = before ? flat(before) : new Map<string, string>();
  const is = flat({ ...after, count: after.count ?? before?.count });
  const paths = [...new Set([...is.keys(), ...was.keys()])];
  return paths.flatMap((path) => {
    const from = was.get(path);
    const to = is.get(path);
    if (from === to) return [];
    return [{ path, ...(from !== undefined && { from }), ...(to !== undefined && { to }) }];
  });
}

/** Every leaf by its path; a list is one leaf, for a command is read as a whole. */
function flat({ spec, settings, count }: Content): Map<string, string> {
  // The deployment's own id stands in what ECS is told of it: it is another one each time.
  const { shift, ...others } = settings;
  const { hook: _, ...strategy } = shift ?? { strategy: 'ROLLING' as const };
  return new Map(leaves({ ...spec, ...others, shift: strategy, count }, ''));
}

function leaves(value: object, path: string): [string, string][] {
  return Object.entries(value).flatMap(([name, member]): [string, string][] => {
    const at = path === '' ? name : `${path}.${name}`;
    if (member === undefined) return [];
    if (typeof member === 'object' && member !== null && !Array.isArray(member)) return leaves(member, at);
    return [[at, typeof member === 'string' ? member : JSON.stringify(member)]];
  });
}
