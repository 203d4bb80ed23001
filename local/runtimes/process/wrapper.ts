/**
 * The fixed script that stands between Local AWS and a container's program, so that the program's exit code is
 * kept when nobody of Local AWS is there to learn it. `$1` is the container's folder, the rest its argv.
 *
 * The program is forked before SIGTERM is ignored, so it has its default; the script itself ignores it and
 * thereby waits undisturbed, and says nothing of its own ("Terminated") into the program's output. `pids` is written before anyone is told (descriptor 3). A file is whole when its
 * line feed is there. At the end everything left in the group is killed, as in a container whose first
 * process has ended; the script is among it.
 */
export const WRAPPER = `
directory=$1; shift
exec "$@" 3>&- &
program=$!
trap '' TERM INT HUP PIPE
exec >/dev/null 2>&1
echo "$$ $program" > "$directory/pids" || kill -KILL 0
echo "$$ $program" >&3
exec 3>&-
wait "$program"
echo "$?" > "$directory/exit"
kill -KILL 0
`;

/** The file in a container's folder that both output streams are appended to. */
export const outputName = 'output';

export interface Pids {
  /** Also the id of the process group that both are in. */
  readonly wrapper: number;
  readonly program: number;
}

export function parsePids(text: string | undefined): Pids | undefined {
  const [, wrapper, program] = /^(\d+) (\d+)\n/.exec(text ?? '') ?? [];
  return wrapper && program ? { wrapper: Number(wrapper), program: Number(program) } : undefined;
}

export function parseExitCode(text: string | undefined): number | undefined {
  const [, code] = /^(\d+)\n/.exec(text ?? '') ?? [];
  return code === undefined ? undefined : Number(code);
}
