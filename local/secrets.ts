import { readFileSync } from 'node:fs';

/**
 * Reads secrets from a file of this machine: one JSON object, name to value. It is read anew each time, so
 * that a developer's change counts for the next task. ARNs of Secrets Manager and SSM are known by their name.
 */
export function secretsIn(file: string): (arnOrName: string) => string | undefined {
  return (arnOrName) => {
    const secrets = read(file);
    const value = secrets[arnOrName] ?? secrets[nameOf(arnOrName)];
    return typeof value === 'string' ? value : undefined;
  };
}

function nameOf(arn: string): string {
  return /^arn:[^:]*:(?:secretsmanager|ssm):[^:]*:[^:]*:(?:secret:|parameter\/)([^:]+)/.exec(arn)?.[1] ?? arn;
}

function read(file: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    // Without the file, or with a broken one, no secret is there: the task stops with ECS's reason for that.
    return {};
  }
}
