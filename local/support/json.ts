/** JSON of values that never change; made when it is first asked for. */
const texts = new WeakMap<object, string>();

/** Says that `value` will never change, nor anything in it: in an answer's lists it is written as JSON only once. */
export function lasting<Value extends object>(value: Value): Value {
  if (!texts.has(value)) texts.set(value, '');
  return value;
}

/** As `JSON.stringify`, for the answer of an action; undefined has no text. */
export function jsonOf(output: unknown): string {
  if (output === undefined) return '';
  if (typeof output !== 'object' || output === null || !Object.values(output).some(isLastingList))
    return JSON.stringify(output);
  const members: string[] = [];
  for (const [name, value] of Object.entries(output)) {
    const text: string | undefined = isLastingList(value)
      ? `[${value.map(itemJson).join(',')}]`
      : JSON.stringify(value);
    if (text !== undefined) members.push(`${JSON.stringify(name)}:${text}`);
  }
  return `{${members.join(',')}}`;
}

/** The first item tells; the others may be of another kind. */
function isLastingList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && isObject(value[0]) && texts.has(value[0]);
}

function itemJson(item: unknown): string {
  const known = isObject(item) ? texts.get(item) : undefined;
  if (known) return known;
  // An item that has no text is null, as in any list.
  const text: string = JSON.stringify(item) ?? 'null';
  if (known !== undefined) texts.set(item as object, text);
  return text;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
