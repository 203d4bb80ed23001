import { pathToFileURL } from 'node:url';
import { answerParent } from '../child.ts';
import type { Series, SeriesOrder } from './function.ts';

/** The program behind `openFunction`: runs a bundle's handler as it is told, until its channel ends. */
type Handler = (
  event: unknown,
  context: object,
) => Promise<{ readonly batchItemFailures: readonly object[] }>;

const { handler } = (await import(pathToFileURL(process.argv[2] ?? '').href)) as {
  readonly handler: Handler;
};
const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 30_000 };

answerParent(async ({ payloads }: SeriesOrder): Promise<Series> => {
  const durationsMs: number[] = [];
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  for (const payload of payloads) {
    const invokedAt = performance.now();
    const { batchItemFailures } = await handler(JSON.parse(payload), context);
    durationsMs.push(performance.now() - invokedAt);
    if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} messages were given back`);
  }
  const wallMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { cpuMs: (user + system) / 1000, wallMs, durationsMs };
});
