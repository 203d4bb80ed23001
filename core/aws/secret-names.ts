import type { SecretFinding, SecretNames } from '../operations/ports.ts';
import type { CallJson } from './json-call.ts';

/** Filters of DescribeParameters take at most this many names. */
const maxNames = 50;

/**
 * Asks Secrets Manager and the Parameter Store which secrets there are, by calls that never give a value. As in ECS, a
 * bare name is one of the Parameter Store.
 */
export const secretNamesOf = (call: CallJson): SecretNames => ({
  async find(references, { region }) {
    const parameters = references.filter((reference) => !isOfSecretsManager(reference));
    const there = parametersThere(call, region, [...new Set(parameters.map(parameterName))]);
    return Promise.all(
      references.map(async (reference): Promise<SecretFinding> => {
        try {
          return isOfSecretsManager(reference)
            ? await findSecret(call, region, reference)
            : findParameter(reference, await there);
        } catch (error) {
          return { reference, is: 'unknown', text: `could not be asked for: ${(error as Error).message}` };
        }
      }),
    );
  },
});

const isOfSecretsManager = (reference: string) => /^arn:[^:]*:secretsmanager:/.test(reference);

/** ECS lets a key of JSON, a stage and a version follow the ARN. */
const secretArn = (reference: string) => reference.split(':').slice(0, 7).join(':');

async function findSecret(call: CallJson, region: string, reference: string): Promise<SecretFinding> {
  const target = 'secretsmanager.DescribeSecret';
  const input = { SecretId: secretArn(reference) };
  const answer = await call({ service: 'secretsmanager', target, region, input });
  if (!answer.ok) {
    if (answer.code === 'ResourceNotFoundException')
      return { reference, is: 'missing', text: 'is not in Secrets Manager' };
    return { reference, is: 'unknown', text: `could not be asked for: ${answer.code} ${answer.message}` };
  }
  if (answer.value.DeletedDate !== undefined)
    return { reference, is: 'missing', text: 'is being deleted from Secrets Manager' };
  return { reference, is: 'there', text: 'is in Secrets Manager' };
}

const parameterName = (reference: string) =>
  /^arn:[^:]*:ssm:[^:]*:[^:]*:parameter(\/.+)$/.exec(reference)?.[1] ?? reference;

/** By ARN a name begins with a slash, also that of a parameter which has none. */
const bare = (name: string) => name.replace(/^\//, '');

async function parametersThere(call: CallJson, region: string, names: readonly string[]) {
  const found = new Set<string>();
  const asked = [...new Set(names.flatMap((name) => [name, bare(name)]))];
  for (let start = 0; start < asked.length; start += maxNames) {
    const described = await describedParameters(call, region, asked.slice(start, start + maxNames));
    for (const name of described) found.add(bare(name));
  }
  return found;
}

/** With filters, AWS may answer an empty page that is not the last. */
const maxPages = 10;

async function describedParameters(call: CallJson, region: string, names: readonly string[]) {
  const target = 'AmazonSSM.DescribeParameters';
  const filter = { Key: 'Name', Option: 'Equals', Values: names };
  const found: string[] = [];
  let NextToken: unknown;
  for (let page = 0; page < maxPages; page++) {
    const input = { ParameterFilters: [filter], MaxResults: maxNames, NextToken };
    const answer = await call({ service: 'ssm', target, region, input });
    if (!answer.ok) throw new Error(`${answer.code} ${answer.message}`);
    const parameters = (answer.value.Parameters ?? []) as readonly { readonly Name?: string }[];
    found.push(...parameters.flatMap(({ Name }) => Name ?? []));
    NextToken = answer.value.NextToken;
    if (!NextToken) break;
  }
  return found;
}

function findParameter(reference: string, there: ReadonlySet<string>): SecretFinding {
  return there.has(bare(parameterName(reference)))
    ? { reference, is: 'there', text: 'is in the Parameter Store' }
    : { reference, is: 'missing', text: 'is not in the Parameter Store' };
}
