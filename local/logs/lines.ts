/** CloudWatch takes no longer event; a longer line becomes several. */
export const MAX_LINE_BYTES = 256 * 1024;

export interface Line {
  readonly message: string;
  /** Bytes from the start of the buffer to the end of this line, its line feed included. */
  readonly endOffset: number;
}

/** The whole lines of `bytes`; with `last`, also what follows the last line feed. Empty lines are left out. */
export function linesOf(bytes: Buffer, last = false): Line[] {
  const lines: Line[] = [];
  let start = 0;
  while (start < bytes.length) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed < 0 ? bytes.length : feed;
    const tooLong = end - start > MAX_LINE_BYTES;
    if (feed < 0 && !tooLong && !last) break;
    const cut = tooLong ? wholeCharacters(bytes, start + MAX_LINE_BYTES) : end;
    start = cut === feed ? addLine(lines, bytes, start, cut, 1) : addLine(lines, bytes, start, cut, 0);
  }
  return lines;
}

function addLine(lines: Line[], bytes: Buffer, start: number, end: number, feedBytes: number): number {
  const carriageReturn = feedBytes > 0 && end > start && bytes[end - 1] === 0x0d ? 1 : 0;
  const message = bytes.toString('utf8', start, end - carriageReturn);
  if (message !== '') lines.push({ message, endOffset: end + feedBytes });
  return end + feedBytes;
}

/** The last position up to `position` that does not cut a UTF-8 character in two. */
function wholeCharacters(bytes: Buffer, position: number): number {
  let cut = position;
  while (cut > position - 4 && ((bytes[cut] ?? 0) & 0xc0) === 0x80) cut--;
  return cut;
}
