import { z } from 'zod';
import { AwsError } from '../../support/service.ts';
import { list, parsed } from '../input.ts';
import type { AlarmsContext } from './actions.ts';
import type { AlarmRecord } from './model.ts';
import { tags } from './put.ts';

type Input = Record<string, unknown>;

export function listTagsForResource(context: AlarmsContext, raw: Input) {
  const { ResourceARN } = parsed(z.object({ ResourceARN: z.string() }), raw);
  return { Tags: alarmOf(context, ResourceARN).tags };
}

export function tagResource(context: AlarmsContext, raw: Input): object {
  const { ResourceARN, Tags } = parsed(z.object({ ResourceARN: z.string(), Tags: tags }), raw);
  const alarm = alarmOf(context, ResourceARN);
  const keys = new Set(Tags.map(({ Key }) => Key));
  const merged = [...alarm.tags.filter(({ Key }) => !keys.has(Key)), ...Tags];
  if (merged.length > 50) throw new AwsError('LimitExceededFault', 'A resource may have at most 50 tags.');
  context.book.put({ ...alarm, tags: merged });
  return {};
}

export function untagResource(context: AlarmsContext, raw: Input): object {
  const { ResourceARN, TagKeys } = parsed(
    z.object({ ResourceARN: z.string(), TagKeys: list(z.string(), 50) }),
    raw,
  );
  const alarm = alarmOf(context, ResourceARN);
  context.book.put({ ...alarm, tags: alarm.tags.filter(({ Key }) => !TagKeys.includes(Key)) });
  return {};
}

function alarmOf({ book }: AlarmsContext, arn: string): AlarmRecord {
  const alarm = book.byArn(arn);
  if (alarm) return alarm;
  throw new AwsError('ResourceNotFoundException', `Resource not found: ${arn}`, 404, {
    ResourceType: 'Alarm',
    ResourceId: arn,
  });
}
