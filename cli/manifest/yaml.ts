import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { Failure, type Fault } from '../failure.ts';

/** A YAML document as plain values, which still knows on which line each of them stands. */
export interface LocatedYaml {
  readonly value: unknown;
  /** The line and column (from 1) of what a JSON pointer names, or of the nearest thing around it. */
  locate(pointer: string): { readonly line: number; readonly column: number };
}

const maximumFaults = 20;
/** Each use of an anchor counts with the size of what it repeats, so a bomb of aliases ends here. */
const maximumAliases = 100;

/**
 * Parses YAML 1.2. Throws a `Failure` with the line of every mistake: broken syntax, a key given twice, unknown
 * tags, several documents, and aliases that would grow the document out of bounds.
 */
export function parseYaml(text: string, name: string): LocatedYaml {
  const lines = new LineCounter();
  const refuse = (faults: readonly Fault[]) =>
    new Failure('badInput', `${name} is not valid YAML`, { faults });
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      uniqueKeys: true,
      strict: true,
      version: '1.2',
    });
    const broken = [...document.errors, ...document.warnings];
    if (broken.length > 0) throw refuse(broken.slice(0, maximumFaults).map(faultOf));
    const value: unknown = document.toJS({ maxAliasCount: maximumAliases });
    return { value, locate: (pointer) => place(lines, offsetOf(document, pointer)) };
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw refuse([{ path: '', detail: unreadable(error) }]);
  }
}

function faultOf(error: Document['errors'][number] | Document['warnings'][number]): Fault {
  const [start] = error.linePos ?? [];
  // The library's message goes on with the place and an excerpt; the place is told apart here.
  const detail = error.message.split(/ at line \d+|\n/)[0] ?? error.message;
  return {
    path: '',
    detail: advised(error.code, detail),
    ...(start && { line: start.line, column: start.col }),
  };
}

function advised(code: string, detail: string): string {
  if (code === 'DUPLICATE_KEY') return 'this key is here twice; keep one of them';
  if (code === 'MULTIPLE_DOCS') return 'a manifest is one YAML document; remove the `---` and what follows';
  if (code === 'TAB_AS_INDENT') return 'indent with spaces; YAML allows no tabs';
  return detail;
}

function unreadable(error: unknown): string {
  if (error instanceof RangeError) return 'it is nested too deeply';
  const message = error instanceof Error ? error.message : String(error);
  return message.includes('alias count')
    ? 'its aliases (*name) repeat too much; write the values out'
    : message;
}

function place(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function offsetOf(document: Document, pointer: string): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const segment of segmentsOf(pointer)) {
    if (isAlias(node)) node = node.resolve(document);
    const step = into(node, segment);
    if (!step) return offset;
    offset = step.offset ?? offset;
    node = step.node;
  }
  return offset;
}

function into(node: unknown, segment: string): { node: unknown; offset: number | undefined } | undefined {
  if (isSeq(node)) {
    const item = node.items[Number(segment)];
    return item === undefined ? undefined : { node: item, offset: startOf(item) };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => (isScalar(key) ? String(key.value) : String(key)) === segment);
  return pair && { node: pair.value, offset: startOf(pair.key) };
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function segmentsOf(pointer: string): string[] {
  const unescaped = (segment: string) => segment.replaceAll('~1', '/').replaceAll('~0', '~');
  return pointer === '' ? [] : pointer.replace(/^\//, '').split('/').map(unescaped);
}
