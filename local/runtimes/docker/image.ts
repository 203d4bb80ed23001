import type Docker from 'dockerode';
import type { Clock } from '../../support/clock.ts';
import { RuntimeError } from '../runtime.ts';
import { ifKnown, refusal } from './engine.ts';

/** Pulls an image that is not there. Throws `CannotPullContainerError: …`. */
export async function ensureImage(
  docker: Docker,
  image: string,
  clock: Clock,
  pullTimeoutMs: number,
): Promise<void> {
  try {
    const known = await ifKnown(docker.getImage(image).inspect());
    if (!known) await pull(docker, withTag(image), clock, pullTimeoutMs);
  } catch (error) {
    throw refusal('CannotPullContainerError', error);
  }
}

/** The digest in its repository, or the image's own id where it never was in one. */
export function digestOf({ RepoDigests, Id }: Docker.ImageInspectInfo): string {
  return RepoDigests?.[0]?.split('@')[1] ?? Id;
}

/** Without a tag the engine would pull every one. */
function withTag(image: string): string {
  const last = image.slice(image.lastIndexOf('/') + 1);
  return /[:@]/.test(last) ? image : `${image}:latest`;
}

async function pull(docker: Docker, image: string, clock: Clock, timeoutMs: number): Promise<void> {
  const aborting = new AbortController();
  const timer = clock.after(timeoutMs, () => aborting.abort());
  try {
    const progress = await docker.pull(image, { abortSignal: aborting.signal });
    aborting.signal.addEventListener('abort', () =>
      (progress as NodeJS.ReadableStream & Destroyable).destroy(),
    );
    await new Promise<void>((resolve, reject) => {
      progress.once('close', () => reject(new Error('the pull broke off')));
      docker.modem.followProgress(progress, (error) => (error ? reject(error) : resolve()));
    });
  } catch (error) {
    if (!aborting.signal.aborted) throw error;
    throw new RuntimeError(
      `CannotPullContainerError: pulling ${image} took longer than ${timeoutMs / 1000} seconds.`,
    );
  } finally {
    timer.cancel();
  }
}

interface Destroyable {
  destroy(): void;
}
