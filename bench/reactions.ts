import type { ActivityEntry, CallEntry, EventEntry } from '../local/activity.ts';

/**
 * Every look of a function at a service begins with this call, and makes it once. A look that had begun before
 * an event is therefore never taken for one that came of it.
 */
const firstCallOfALook = 'DescribeServices';
/** The API looks when somebody asks, not because of an event. */
const asker = 'api';

/**
 * Milliseconds from each event about the service to the next look, between the first look of a deployment and
 * its last: before and after, nobody in Berth waits for the service, and events are only recorded.
 */
export function reactionsTo(service: string, entries: readonly ActivityEntry[]): number[] {
  const reactions: number[] = [];
  let looked = false;
  let unseen: EventEntry[] = [];
  for (const entry of entries) {
    if (entry.kind === 'call' && isLook(entry)) {
      for (const { atMs } of unseen) reactions.push(entry.atMs - atMs);
      unseen = [];
      looked = true;
    } else if (entry.kind === 'event' && looked && isAbout(service, entry)) unseen.push(entry);
  }
  return reactions;
}

const isLook = (call: CallEntry) => call.action === firstCallOfALook && call.function !== asker;

const isAbout = (service: string, { group, resource = '' }: EventEntry) =>
  group === `service:${service}` || (resource.includes(':service/') && resource.endsWith(`/${service}`));
