/**
 * The value as a store that speaks JSON would give it back: plain data, never the caller's own object. It is frozen,
 * so it need not be copied again: what was kept before is shared by whatever is kept after it.
 */
export function kept<Value>(value: Value): Value {
  return keep(value) as Value;
}

function keep(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  return Object.freeze(Array.isArray(value) ? value.map(keepItem) : copyOf(value));
}

const keepItem = (item: unknown) => (item === undefined ? null : keep(item));

function copyOf(value: object): object {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    throw new TypeError(`only plain data can be stored, not a ${value.constructor.name}`);
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const member = (value as Record<string, unknown>)[key];
    if (typeof member === 'function') throw new TypeError(`${key} is a function, which cannot be stored`);
    if (member !== undefined) copy[key] = keep(member);
  }
  return copy;
}
