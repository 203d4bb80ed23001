import * as z from 'zod/mini';
import { defaults } from './defaults.ts';
import { strict } from './parse.ts';
import { duration, ratio, smallShare } from './units.ts';

/** What the judge of ratios can tell apart in the time of a deployment. */
const harm = () => ratio(1.05, 100);

const errors = strict({
  atMost: z._default(harm(), defaults['deploy.judge.errors.atMost']),
  share: z._default(smallShare(100), defaults['deploy.judge.errors.share']),
});

const latencyBound = strict({ atMost: harm() });

/** `{ p95: { atMost: 1.2x } }`: one percentile. */
const latency = z
  .record(
    z.string().check(z.regex(/^p(?:[1-9]\d?|\d{1,2}\.\d)$/, 'has to be a percentile such as p95 or p99.9')),
    latencyBound,
  )
  .check(
    z.refine(
      (bounds) => Object.keys(bounds).length === 1,
      'has to name one percentile, such as { p95: { atMost: 1.2x } }: each more would need more traffic',
    ),
  );

const word = (atMost: number) =>
  z
    .string()
    .check(
      z.regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, 'has to be visible ASCII'),
      z.maxLength(atMost),
    );

const metricName = z
  .string()
  .check(
    z.regex(
      /^[A-Za-z][A-Za-z0-9_-]{0,30}$/,
      'has to be letters, digits, hyphens and underscores, at most 31',
    ),
  );

const namespace = z
  .string()
  .check(z.regex(/^[A-Za-z0-9._/#:-]{1,255}$/, 'has to be a namespace of CloudWatch, such as "Shop"'));

const metric = strict({
  namespace,
  metric: word(255),
  statistic: z._default(
    z
      .string()
      .check(
        z.regex(
          /^(?:Average|Sum|Minimum|Maximum|SampleCount|p\d{1,2}(?:\.\d{1,2})?)$/,
          'has to be Average, Sum, Minimum, Maximum, SampleCount, or a percentile such as p95',
        ),
      ),
    defaults['deploy.judge.metrics.statistic'],
  ),
  dimensions: z.prefault(
    z.record(word(255), word(1024)).check(
      z.refine((all) => Object.keys(all).length <= 29, 'may hold at most 29 dimensions beside `Task`'),
      z.refine(
        (all) => !Object.hasOwn(all, 'Task'),
        'may not hold `Task`: it is read for each task of both releases',
      ),
    ),
    {},
  ),
  worse: z._default(z.enum(['higher', 'lower']), defaults['deploy.judge.metrics.worse']),
  atMost: harm(),
});

const otherwise = (otherwise: 'pause' | 'proceed' | 'roll_back') =>
  z._default(z.enum(['pause', 'proceed', 'roll_back']), otherwise);

const rule = strict({
  errors: z.optional(z.union([z.literal(false), errors], { error: 'has to be false, or { atMost, share }' })),
  latency: z.optional(latency),
  metrics: z.optional(
    z
      .record(metricName, metric)
      .check(z.refine((all) => Object.keys(all).length <= 10, 'may hold at most 10 metrics')),
  ),
  exits: z.optional(z.boolean()),
  traffic: z._default(z.boolean(), defaults['deploy.judge.traffic']),
  from: z.optional(z.enum(['load-balancer', 'metrics'])),
  namespace: z.optional(namespace),
  falseAlarms: z._default(smallShare(20), defaults['deploy.judge.falseAlarms']),
  dryRun: z._default(z.boolean(), defaults['deploy.judge.dryRun']),
  promoteEarly: z._default(z.boolean(), defaults['deploy.judge.promoteEarly']),
  extend: z._default(duration(0, 86_400), defaults['deploy.judge.extend']),
  undecided: otherwise(defaults['deploy.judge.undecided']),
  noData: otherwise(defaults['deploy.judge.noData']),
  baseline: z.optional(z.int().check(z.minimum(0), z.maximum(50))),
});

/** What a release is judged by; `false` switches the judge off, `true` is what holds where nothing is said. */
export const judge = z.union([z.boolean(), rule], {
  error: 'has to be true, false, or what is judged, such as { errors: { atMost: 1.5x } }',
});

export type JudgeManifest = z.output<typeof rule>;

/** What a judge comes to of which nothing was said. */
export const plainJudge: JudgeManifest = z.parse(rule, {});

/** What of a judge cannot be for this service; paths are relative to `judge`. */
export function* judgeProblems(judge: JudgeManifest, { isBalanced }: { isBalanced: boolean }) {
  if (judge.from === 'load-balancer' && !isBalanced)
    yield {
      path: 'from',
      detail:
        'has to be metrics: the service is not behind the load balancer, so it has to tell itself how it does',
    };
  if (judge.namespace !== undefined && sourceOf(judge, isBalanced) !== 'metrics')
    yield { path: 'namespace', detail: 'is of no use for what the load balancer tells; say from: metrics' };
  const { errors, latency, metrics, traffic } = judge;
  const exits = judge.exits ?? defaults['deploy.judge.exits'][isBalanced ? 'balanced' : 'worker'];
  if (errors === false && !latency && !traffic && !exits && Object.keys(metrics ?? {}).length === 0)
    yield {
      path: '',
      detail:
        'has nothing to judge by: judge errors, latency, traffic, exits or metrics, or say judge: false',
    };
}

/** Where evidence comes from, if nothing was said: from whoever saw both releases. */
export const sourceOf = ({ from }: JudgeManifest, isBalanced: boolean) =>
  from ?? (isBalanced ? 'load-balancer' : 'metrics');
