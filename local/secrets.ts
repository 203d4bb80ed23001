import { readFileSync } from 'node:fs';

/**
 * Reads secrets from a file of this machine: one JSON object, name to value. It is read anew each time, so
 * that a developer's change counts for the next task. ARNs of Secrets Manager and SSM are known by their name.
 */
export function secretsIn(file: string): (arnOrName: string) => string | undefined {
  return (arnOrName) => {
    const secrets = read(file);
    const name = nameOf(arnOrName);
    const value = secrets[arnOrName] ?? secrets[name] ?? secrets[withoutSuffix(arnOrName, name)];
    return typeof value === 'string' ? value : undefined;
  };
}

function nameOf(arn: string): string {
  return /^arn:[^:]*:(?:secretsmanager|ssm):[^:]*:[^:]*:(?:secret:|parameter\/)([^:]+)/.exec(arn)?.[1] ?? arn;
}

/** A complete ARN of Secrets Manager ends in a hyphen and six characters that are not of the name. */
const withoutSuffix = (arn: string, name: string) =>
  /^arn:[^:]*:secretsmanager:/.test(arn) ? name.replace(/-[A-Za-z0-9]{6}$/, '') : name;

function read(file: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    // Without the file, or with a broken one, no secret is there: the task stops with ECS's reason for that.
    return {};
  }
}
