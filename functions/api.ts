import { liveServices } from '../core/aws/ecs/live.ts';
import { cloudWatchLogs } from '../core/aws/logs.ts';
import { idsBy } from '../core/operations/ids.ts';
import { compose } from './composition.ts';
import { createApi } from './support/api.ts';

const berth = compose();

/** The HTTP API: accepts, validates, records, answers; the work is done by `wake`. */
export const handler = createApi({
  ...berth,
  logs: cloudWatchLogs(berth.logs),
  live: liveServices(berth.ecs),
  newId: idsBy(berth.clock),
});
