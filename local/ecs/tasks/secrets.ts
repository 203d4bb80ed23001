import type { EcsContext } from '../context.ts';
import type { ContainerDefinition } from '../model.ts';

/** A container that cannot be launched; the message is the task's stopped reason. */
export class LaunchRefused extends Error {
  override readonly name = 'LaunchRefused';
}

/** The container's secrets by the names of their variables; throws `LaunchRefused` for one that is not there. */
export function secretsOf(context: EcsContext, container: ContainerDefinition): Record<string, string> {
  const found = (container.secrets ?? []).map(({ name, valueFrom }) => [
    name ?? '',
    secretValue(context, valueFrom ?? ''),
  ]);
  return Object.fromEntries(found);
}

/** `valueFrom` is a name, an ARN, or a Secrets Manager ARN with `:json-key:version-stage:version-id`. */
function secretValue(context: EcsContext, valueFrom: string): string {
  const whole = context.readSecret(valueFrom);
  if (whole !== undefined) return whole;
  const parts = valueFrom.split(':');
  const isKeyed = parts[2] === 'secretsmanager' && parts.length > 7;
  const base = isKeyed ? context.readSecret(parts.slice(0, 7).join(':')) : undefined;
  if (base === undefined) throw secretRefused(`unable to retrieve secret ${valueFrom}: it does not exist`);
  const key = parts[7];
  if (!key) return base;
  const member = jsonMember(base, key);
  if (member === undefined) throw secretRefused(`secret ${valueFrom} has no JSON key ${key}`);
  return member;
}

function jsonMember(text: string, key: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    const member = (value as Record<string, unknown>)[key];
    return typeof member === 'string' ? member : JSON.stringify(member);
  } catch {
    return undefined;
  }
}

function secretRefused(cause: string): LaunchRefused {
  return new LaunchRefused(
    `ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: ${cause}`,
  );
}
