import type { ImageFinding, Images } from '../../operations/ports.ts';
import { type PublicHttps, publicHttps } from './public-https.ts';
import { imageReference } from './reference.ts';
import { askRegistry } from './registry.ts';

/** All that a registry is given, tokens included. */
const patienceMs = 2_000;

const privateEcr = /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/;

/** Registries as they are asked: within two seconds, over HTTPS, and only on the public internet. */
export const registries = (https: PublicHttps = publicHttps): Images => ({
  async resolve(image, { local, name }): Promise<ImageFinding> {
    const reference = imageReference(image);
    // The engine of a machine has images of its own, and need not reach any registry.
    if (local)
      return { is: 'unknown', text: `images of ${name} are this machine's own: no registry is asked` };
    if (privateEcr.test(reference.host))
      return {
        is: 'unknown',
        text: `${reference.host} is a private registry, and Berth is not allowed to ask it`,
      };
    const signal = AbortSignal.timeout(patienceMs);
    try {
      return await askRegistry(reference, https, signal);
    } catch (error) {
      const why = signal.aborted ? `did not answer within ${patienceMs / 1000} s` : told(error);
      return { is: 'unknown', text: `${reference.host}: ${why}` };
    }
  },
});

const told = (error: unknown) => `could not be asked (${(error as Error).message.slice(0, 200)})`;
