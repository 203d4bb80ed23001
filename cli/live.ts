import type { Io } from './io.ts';

/** What is going on, one entry a thing: `key` changes when there is news, `text` may change with every look. */
export interface LiveLine {
  readonly key: string;
  readonly text: string;
}

/** Shows lines that change: redrawn in place on a terminal, and elsewhere printed when there is news. */
export interface Live {
  show(lines: readonly LiveLine[]): void;
  /** Takes the redrawn lines away, so that what follows stands in their place. */
  clear(): void;
}

export function createLive(io: Io): Live {
  return io.live ? redrawing(io) : appending(io);
}

function appending(io: Io): Live {
  const told = new Set<string>();
  return {
    show(lines) {
      for (const { key, text } of lines) {
        if (told.has(key)) continue;
        told.add(key);
        io.print(text);
      }
    },
    clear() {},
  };
}

function redrawing(io: Io): Live {
  let height = 0;
  const erase = () => {
    if (height > 0) io.raw(`\u001b[${height}A\r\u001b[0J`);
    height = 0;
  };
  return {
    show(lines) {
      erase();
      // Without wrapping: a line longer than the terminal would take two rows and break the count.
      for (const { text } of lines) io.raw(`\u001b[?7l${text}\u001b[?7h\n`);
      height = lines.length;
    },
    clear: erase,
  };
}
