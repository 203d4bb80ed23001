/** Whether two values of plain data are the same; what they share need not be looked at. */
export function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  const [keys, others] = [definedIn(one), definedIn(other)];
  return (
    keys.length === others.length &&
    keys.every((key) => isSame((one as Members)[key], (other as Members)[key]))
  );
}

type Members = Readonly<Record<string, unknown>>;

const definedIn = (value: object) =>
  Object.keys(value).filter((key) => (value as Members)[key] !== undefined);
