import { contentHash, noImage } from '../contract/desired.ts';
import type { Environment } from '../contract/environment.ts';
import type { DeploymentRequest } from '../deployments/model.ts';
import { BerthError } from '../kernel/errors.ts';
import type { TakingDependencies } from './ports.ts';

/**
 * The request with its image pinned to the digest that it has now: the tag may become another image, the release may
 * not. Where nobody can be asked it is taken as it was written, and the request says so. Throws `invalid-request` where
 * the registry has no such image.
 */
export async function withPinnedImage(
  { images }: Pick<TakingDependencies, 'images'>,
  request: DeploymentRequest,
  environment: Environment,
): Promise<DeploymentRequest> {
  const { what } = request;
  if (what.type !== 'content' || what.spec.image === noImage) return request;
  const written = what.spec.image;
  const finding = await images.resolve(written, environment);
  if (finding.is === 'missing') {
    const detail = `is not there: ${finding.text}; push it first`;
    throw new BerthError('invalid-request', `/spec/image ${detail}`, [{ path: '/spec/image', detail }]);
  }
  if (finding.is === 'unknown') return { ...request, image: { written, because: finding.text } };
  const spec = { ...what.spec, image: finding.pinned };
  return {
    ...request,
    image: { written, pinned: finding.pinned },
    what: { ...what, spec, hash: contentHash(spec) },
  };
}
