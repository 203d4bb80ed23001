const longestText = 120;
const mostItems = 10;

/** An input at a glance: its members with what is long cut off, and what is nested deep left out. */
export function summaryOf(input: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(input)
      .slice(0, 2 * mostItems)
      .map(([name, value]) => [cut(name), brief(value, 0)]),
  );
}

function brief(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return cut(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    if (depth > 1) return `[${value.length}]`;
    const more = value.length > mostItems ? [`… ${value.length - mostItems} more`] : [];
    return [...value.slice(0, mostItems).map((one) => brief(one, depth + 1)), ...more];
  }
  if (depth > 1) return '{…}';
  const entries = Object.entries(value).slice(0, mostItems);
  return Object.fromEntries(entries.map(([name, one]) => [cut(name), brief(one, depth + 1)]));
}

const cut = (text: string) => (text.length > longestText ? `${text.slice(0, longestText)}…` : text);
