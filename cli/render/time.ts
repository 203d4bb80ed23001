const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A length of time for people: `0.3 s`, `12 s`, `4 m 10 s`, `2 h 5 m`, `3 d 4 h`. */
export function duration(ms: number): string {
  const length = Math.max(0, ms);
  if (length < 9_950) return `${(length / second).toFixed(1)} s`;
  // Rounded first, so that 59.7 s is a minute and not `60 s`.
  const rounded = Math.round(length / second) * second;
  if (rounded < minute) return `${rounded / second} s`;
  if (rounded < hour) return pair(rounded, minute, 'm', second, 's');
  if (rounded < day) return pair(rounded, hour, 'h', minute, 'm');
  return pair(rounded, day, 'd', hour, 'h');
}

function pair(ms: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((ms % large) / small);
  const head = `${Math.floor(ms / large)} ${largeUnit}`;
  return rest === 0 ? head : `${head} ${rest} ${smallUnit}`;
}

/** How long ago an ISO 8601 time was; `–` where there is none. */
export function ago(iso: string | undefined, nowMs: number): string {
  const at = iso === undefined ? Number.NaN : Date.parse(iso);
  return Number.isNaN(at) ? '–' : `${coarse(nowMs - at)} ago`;
}

function coarse(ms: number): string {
  const length = Math.max(0, ms);
  if (length < minute) return `${Math.floor(length / second)} s`;
  if (length < hour) return `${Math.floor(length / minute)} m`;
  if (length < day) return `${Math.floor(length / hour)} h`;
  return `${Math.floor(length / day)} d`;
}
