/**
 * Stands in for the SDK's readers of dates: what AWS answers in is seconds, RFC 3339 or HTTP's own, and Node reads the
 * last two by itself.
 */
function read(value: unknown): Date | undefined {
  if (value === undefined || value === null) return undefined;
  const date = typeof value === 'number' ? new Date(Math.round(value * 1000)) : new Date(String(value));
  if (Number.isNaN(date.getTime())) throw new TypeError(`${JSON.stringify(value)} is no date`);
  return date;
}

function readSeconds(value: unknown): Date | undefined {
  return read(typeof value === 'string' ? Number(value) : value);
}

export const dateToUtcString = (date: Date): string => date.toUTCString();

export {
  read as _parseRfc3339DateTimeWithOffset,
  read as _parseRfc7231DateTime,
  read as parseRfc3339DateTime,
  read as parseRfc3339DateTimeWithOffset,
  read as parseRfc7231DateTime,
  readSeconds as _parseEpochTimestamp,
  readSeconds as parseEpochTimestamp,
};
