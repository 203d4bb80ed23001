import * as z from 'zod/mini';
import { type Environment, parseEnvironments } from '../core/contract/environment.ts';
import { parse, quoted, strict } from '../core/contract/parse.ts';
import stages from '../stages.json' with { type: 'json' };

/** The days for which CloudWatch Logs offers to keep what it is given. */
const retentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const matching = (pattern: RegExp, what: string) => z.string().check(z.regex(pattern, `has to be ${what}`));

const stage = strict({
  account: matching(/^\d{12}$/, 'an account id, 12 digits'),
  region: matching(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'a region such as "eu-central-1"'),
  logRetentionDays: z._default(
    z
      .number()
      .check(z.refine((days) => retentions.includes(days), `has to be one of ${retentions.join(', ')}`)),
    30,
  ),
  /** Told of every alarm. */
  alarmTopicArn: z.optional(matching(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+$/, 'the ARN of a topic')),
  /** Put on every role that is made. */
  permissionsBoundaryArn: z.optional(
    matching(/^arn:aws[a-z-]*:iam::(?:\d{12}|aws):policy\/.+$/, 'the ARN of an IAM policy'),
  ),
  /** Off where the account may run so few functions at once that AWS does not let any of them be reserved. */
  reserveConcurrency: z._default(z.boolean(), true),
  /** As core/contract/environment.ts has them; account and region are the stage's. */
  environments: z
    .array(z.record(z.string(), z.unknown()))
    .check(z.minLength(1, 'has to have an environment')),
});

type Settings = z.output<typeof stage>;

/** Where a control plane lives, and what it may deploy to. */
export type Stage = Omit<Settings, 'environments'> & {
  readonly name: string;
  readonly isProduction: boolean;
  readonly partition: string;
  readonly environments: readonly Environment[];
};

/** All variables of a Lambda function together may have 4 KB. */
const maxEnvironmentsBytes = 3500;

/** What stages.json says of a stage. Throws an error that says what to write there. */
export function stageOf(name: string, all: Readonly<Record<string, unknown>> = stages): Stage {
  if (!/^[a-z][a-z0-9-]{0,19}$/.test(name))
    throw new Error(
      `${quoted(name)} is no name for a stage: up to 20 lower-case letters, digits and hyphens`,
    );
  if (!Object.hasOwn(all, name))
    throw new Error(
      `stages.json has no stage ${quoted(name)}, but ${Object.keys(all).join(', ')}: write it there, or use --stage`,
    );
  const parsed = parse(stage, all[name]);
  if (!parsed.ok) {
    const wrong = parsed.errors.map(({ path, detail }) => `/${name}${path} ${detail}`);
    throw new Error(`stages.json is not valid: ${wrong.join('; ')}`);
  }
  const settings = parsed.value;
  return {
    ...settings,
    name,
    isProduction: name === 'production',
    partition: partitionOf(settings.region),
    environments: environmentsOf(name, settings),
  };
}

function environmentsOf(name: string, settings: Settings): readonly Environment[] {
  const { account, region } = settings;
  const environments = parsedEnvironments(name, settings);
  // Functions reach services of their own account and region only.
  const elsewhere = environments.find((one) => one.account !== account || one.region !== region);
  if (elsewhere)
    throw new Error(
      `stages.json: the environment ${quoted(elsewhere.name)} is not in ${region} of account ${account}, where the stage ${quoted(name)} is: give it a stage of its own`,
    );
  const local = environments.find((one) => one.local);
  if (local)
    throw new Error(
      `stages.json: the environment ${quoted(local.name)} is "local", which is for Local AWS: leave it out`,
    );
  checkSize(name, environments);
  return environments;
}

/** Throws where the environments are more than a function can be told. */
export function checkSize(name: string, environments: readonly Environment[]): void {
  if (JSON.stringify(environments).length > maxEnvironmentsBytes)
    throw new Error(
      `stages.json: the environments of ${quoted(name)} take more than ${maxEnvironmentsBytes} bytes, and all variables of a function may take 4 KB: spread them over stages`,
    );
}

function parsedEnvironments(name: string, { account, region, environments }: Settings) {
  try {
    const filledIn = environments.map((environment) => ({ account, region, ...environment }));
    return parseEnvironments(JSON.stringify(filledIn));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`stages.json: the environments of ${quoted(name)} are not valid: ${reason}`);
  }
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
