/** npm sends its child a second SIGINT beside the terminal's own: within this time they are one Ctrl-C. */
const sameCtrlCMs = 700;

/** Turns signals into one request to stop and, when they are repeated, one to stop at once. */
export function onInterrupt(stop: () => void, force: () => void): () => void {
  let stoppedAt: number | undefined;
  const interrupted = () => {
    const now = performance.now();
    if (stoppedAt === undefined) {
      stoppedAt = now;
      stop();
    } else if (now - stoppedAt > sameCtrlCMs) force();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, interrupted);
  return () => {
    for (const signal of signals) process.off(signal, interrupted);
  };
}
