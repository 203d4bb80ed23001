/** A request to an AWS service, as far as it matters for who may make it. */
export interface ApiCall {
  /** A service of Local AWS: `ecs`, `sqs`, `logs`, … */
  readonly service: string;
  /** The operation, for example `DescribeServices`. */
  readonly action: string;
  /** As it came: not validated yet. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** One thing that a caller must be allowed for a call to go through. */
export interface Need {
  /** For example `ecs:UpdateService`. */
  readonly action: string;
  /** The ARN that AWS would check it against, or `*` where it has no resource level. */
  readonly resource: string;
  /** Condition keys with their values, for example `ecs:cluster`. */
  readonly context: Readonly<Record<string, string>>;
}

/** Where a request is made; ARNs are of here. */
export interface Here {
  readonly account: string;
  readonly region: string;
  /** The roles that a task definition gives to its tasks; none where it is not known. */
  rolesOf?(taskDefinition: string): readonly string[];
}

/** What an operation needs, after AWS's service authorization reference. */
export type NeedsOf = (call: ApiCall, here: Here) => readonly Need[];

export const noContext: Need['context'] = {};

export const arnOf = (service: string, { region, account }: Here, resource: string): string =>
  `arn:aws:${service}:${region}:${account}:${resource}`;

/** A member that should be a string; what is none is refused later, by the service. */
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A member that should be a list of strings. */
export const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];

/** The last part of a name or an ARN: `shop-web` of `arn:aws:ecs:…:service/local/shop-web`. */
export const lastPart = (reference: string): string => reference.slice(reference.lastIndexOf('/') + 1);
