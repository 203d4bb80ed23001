import type { Stage } from '../../../stacks/stages.ts';
import type { Resource } from './engine.ts';

/** How the ARN of a resource that the stack makes is written, by its type and the name that the topology has. */
const symbols: Readonly<Record<string, (name: string) => string>> = {
  'aws:cloudwatch/eventRule:EventRule': (name) => `rule:${name}`,
  'aws:dynamodb/table:Table': () => 'table',
  'aws:iam/role:Role': (name) => `role:${name}`,
  'aws:lambda/function:Function': (name) => `function:${name}`,
  'aws:sqs/queue:Queue': (name) => `queue:${name}`,
};

/**
 * Writes ARNs and URLs of what the stack makes as the topology's symbols, all others for any account and region,
 * and the hashes of code as what they are.
 */
export function symbolsOf(
  resources: readonly Resource[],
  { name: stage, account, region }: Stage,
): (text: string) => string {
  const known = resources.flatMap(({ type, arn, url, inputs }): readonly (readonly [string, string])[] => {
    const symbol = symbols[type]?.(String(inputs.name).replace(`berth-${stage}-`, ''));
    if (symbol === undefined || arn === undefined) return [];
    return [[arn, symbol], ...(url === undefined ? [] : ([[url, `url of ${symbol}`]] as const))];
  });
  // The longer first: one name may begin with another.
  const byLength = known.sort(([one], [other]) => other.length - one.length);
  return (text) => {
    const found = byLength.find(([arn]) => text === arn || text.startsWith(`${arn}/`));
    const written = found ? found[1] + text.slice(found[0].length) : text;
    return written
      .replaceAll(account, '<account>')
      .replaceAll(region, '<region>')
      .replace(/-[0-9a-f]{64}\.zip$/, '-<hash>.zip');
  };
}
