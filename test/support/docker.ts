import Docker from 'dockerode';

/** Why no Docker engine can be used here; undefined when one answers. */
export async function dockerAbsence(): Promise<string | undefined> {
  const late = new Promise<string>((resolve) => {
    setTimeout(() => resolve('no Docker engine answers within 2 s'), 2_000).unref();
  });
  const ping = new Docker().ping().then(
    () => undefined,
    (error: unknown) => `no Docker engine: ${error instanceof Error ? error.message : String(error)}`,
  );
  return Promise.race([ping, late]);
}
