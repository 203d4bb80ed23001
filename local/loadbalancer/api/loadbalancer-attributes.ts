import { z } from 'zod';
import type { LoadBalancer } from '../model.ts';
import { action, loadBalancerOf, type Run } from './context.ts';
import { arn, invalid, listOf } from './input.ts';

interface Attribute {
  readonly initial: string;
  /** Why a value is refused; undefined when it may be set. */
  problem(value: string): string | undefined;
}

/** The attributes of an Application Load Balancer: those that mean something here, and those that stay as they are. */
const attributes = {
  'idle_timeout.timeout_seconds': {
    initial: '60',
    problem: (value) =>
      /^[1-9]\d{0,3}$/.test(value) && Number(value) <= 4000
        ? undefined
        : `${value} is not a time-out from 1 to 4000 seconds`,
  },
  'routing.http.xff_header_processing.mode': oneOf('append', 'preserve', 'remove'),
  'deletion_protection.enabled': oneOf('false', 'true'),
  'routing.http.xff_client_port.enabled': oneOf('false'),
  'routing.http.preserve_host_header.enabled': oneOf('true'),
  'routing.http.drop_invalid_header_fields.enabled': oneOf('true'),
  'routing.http.x_amzn_tls_version_and_cipher_suite.enabled': oneOf('false'),
  'routing.http.desync_mitigation_mode': oneOf('defensive'),
  'routing.http2.enabled': oneOf('false'),
  'client_keep_alive.seconds': oneOf('3600'),
  'load_balancing.cross_zone.enabled': oneOf('true'),
  'access_logs.s3.enabled': oneOf('false'),
  'connection_logs.s3.enabled': oneOf('false'),
  'waf.fail_open.enabled': oneOf('false'),
  'zonal_shift.config.enabled': oneOf('false'),
} satisfies Readonly<Record<string, Attribute>>;

type Key = keyof typeof attributes;

function oneOf(initial: string, ...others: readonly string[]): Attribute {
  const all = [initial, ...others];
  return {
    initial,
    problem: (value) =>
      all.includes(value) ? undefined : `Local AWS has ${all.join(' or ')} for this attribute, not ${value}`,
  };
}

/** What an attribute of a load balancer is set to. */
export function attributeOf(loadBalancer: LoadBalancer | undefined, key: Key): string {
  return loadBalancer?.attributes?.[key] ?? attributes[key].initial;
}

function isKnown(key: string): key is Key {
  return Object.hasOwn(attributes, key);
}

const shown = (loadBalancer: LoadBalancer) => ({
  Attributes: (Object.keys(attributes) as Key[]).map((key) => ({
    Key: key,
    Value: attributeOf(loadBalancer, key),
  })),
});

const modifyInput = z.object({
  LoadBalancerArn: arn,
  Attributes: listOf(z.object({ Key: z.string(), Value: z.string().default('') })),
});

export const loadBalancerAttributeActions: Readonly<Record<string, Run>> = {
  ModifyLoadBalancerAttributes: action(modifyInput, (context, input) => {
    const before = loadBalancerOf(context, input.LoadBalancerArn);
    const set: Record<string, string> = { ...before.attributes };
    for (const { Key: key, Value } of input.Attributes) {
      if (!isKnown(key)) throw invalid(`Load balancer attribute key '${key}' is not recognized`);
      const problem = attributes[key].problem(Value);
      if (problem) throw invalid(`${key}: ${problem}`);
      set[key] = Value;
    }
    const after: LoadBalancer = { ...before, attributes: set };
    context.tables.loadBalancers.put(after.arn, after);
    return shown(after);
  }),

  DescribeLoadBalancerAttributes: action(z.object({ LoadBalancerArn: arn }), (context, input) =>
    shown(loadBalancerOf(context, input.LoadBalancerArn)),
  ),
};
