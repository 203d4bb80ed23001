import type { Environment } from '../contract/environment.ts';
import { logGroupOf, logStreamOf } from '../contract/logging.ts';
import { lastPartOf } from '../ecs/arn.ts';
import type { CallJson, JsonAnswer } from './json-call.ts';

/** The last lines that a task wrote, oldest first. Throws where they cannot be read. */
export type ReadLastLines = (
  environment: Environment,
  ecsName: string,
  taskArn: string,
) => Promise<readonly string[]>;

const maxLines = 20;
const maxLineLength = 500;

/** The one operation of CloudWatch Logs that is needed, without its client; asked a second time where it fails. */
export function lastLinesBy(call: CallJson): ReadLastLines {
  return async (environment, ecsName, taskArn) => {
    const ask = (): Promise<JsonAnswer> =>
      call({
        service: 'logs',
        target: 'Logs_20140328.GetLogEvents',
        region: environment.region,
        input: {
          logGroupName: logGroupOf(environment, ecsName),
          logStreamName: logStreamOf(lastPartOf(taskArn)),
          limit: maxLines,
          startFromHead: false,
        },
      });
    const first = await ask().catch(() => undefined);
    const answer = first?.ok ? first : await ask();
    if (!answer.ok) throw new Error(`GetLogEvents: ${answer.code} ${answer.message}`);
    const { events = [] } = answer.value as { readonly events?: readonly { readonly message?: string }[] };
    return events.map(({ message = '' }) => message.trimEnd().slice(0, maxLineLength));
  };
}
