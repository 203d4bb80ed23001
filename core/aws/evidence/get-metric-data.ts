import type { GetMetricDataInput, MetricDataResult } from '@aws-sdk/client-cloudwatch';
import type { CallJson } from '../json-call.ts';

/** A page of CloudWatch's GetMetricData. Throws where it is refused, or nobody answers. */
export type GetMetricData = (input: GetMetricDataInput) => Promise<MetricDataPage>;

export interface MetricDataPage {
  readonly results: readonly Pick<MetricDataResult, 'Id' | 'Timestamps' | 'Values' | 'StatusCode'>[];
  readonly next: string | undefined;
}

/** The one operation of CloudWatch that is needed, without its client. In JSON its moments are seconds. */
export function getMetricDataBy(call: CallJson, region: string): GetMetricData {
  const target = 'GraniteServiceVersion20100801.GetMetricData';
  return async ({ StartTime, EndTime, ...rest }) => {
    const input = { ...rest, StartTime: secondsOf(StartTime), EndTime: secondsOf(EndTime) };
    const answer = await call({ service: 'monitoring', target, region, version: '1.0', input });
    if (!answer.ok) throw new Error(`GetMetricData: ${answer.code} ${answer.message}`);
    const { MetricDataResults = [], NextToken } = answer.value as Answered;
    return {
      results: MetricDataResults.map(({ Timestamps = [], ...one }) => ({
        ...one,
        Timestamps: Timestamps.map((seconds) => new Date(seconds * 1000)),
      })),
      next: NextToken,
    };
  };
}

interface Answered {
  readonly MetricDataResults?: readonly (Omit<MetricDataResult, 'Timestamps'> & {
    readonly Timestamps?: readonly number[];
  })[];
  readonly NextToken?: string;
}

const secondsOf = (moment: Date | undefined) => moment && moment.getTime() / 1000;
