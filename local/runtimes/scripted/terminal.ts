import type { TerminalSession } from '../runtime.ts';

/** A terminal at which nothing runs: it prints its command and what it is told, and ends at a line that says `exit`. */
export function scriptedTerminal(command: string): TerminalSession {
  const ended = Promise.withResolvers<number>();
  const listeners: ((chunk: Buffer) => void)[] = [];
  const print = (chunk: Buffer) => {
    for (const listener of listeners) listener(chunk);
  };
  return {
    onOutput(listener) {
      listeners.push(listener);
      listener(Buffer.from(`$ ${command}\r\n`));
    },
    ended: ended.promise,
    write(chunk) {
      print(chunk);
      if (/^exit\s*$/m.test(chunk.toString())) ended.resolve(0);
    },
    resize: ({ columns, rows }) => print(Buffer.from(`${columns}x${rows}\r\n`)),
    close: () => ended.resolve(137),
  };
}
