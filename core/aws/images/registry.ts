import type { ImageFinding } from '../../operations/ports.ts';
import type { PublicAnswer, PublicHttps } from './public-https.ts';
import { type ImageReference, pinned } from './reference.ts';

const maxBytes = 64 * 1024;
const digestPattern = /^sha256:[a-f0-9]{64}$/;

/** What an image may be: one of a list for several platforms has the digest of the list. */
const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/**
 * Asks a registry for the digest of an image, as anybody might: without credentials, or with the token that it gives to
 * everybody. Throws where it cannot be reached. https://github.com/opencontainers/distribution-spec
 */
export async function askRegistry(
  reference: ImageReference,
  https: PublicHttps,
  signal: AbortSignal,
): Promise<ImageFinding> {
  const { host, repository, tag, digest } = reference;
  const url = new URL(`https://${host}/v2/${repository}/manifests/${digest ?? tag ?? 'latest'}`);
  const head = (authorization?: string) =>
    https({
      method: 'HEAD',
      url,
      headers: { accept: manifestTypes, ...(authorization && { authorization }) },
      maxBytes,
      signal,
    });
  const first = await head();
  if (first.status !== 401) return findingOf(first, reference);
  const token = await anonymousToken(first, https, signal);
  if (token === undefined) return notForEverybody(host);
  return findingOf(await head(`Bearer ${token}`), reference);
}

function findingOf({ status, headers }: PublicAnswer, reference: ImageReference): ImageFinding {
  const { host, repository, tag = 'latest', digest } = reference;
  if (status === 404)
    return { is: 'missing', text: `${host} has no ${repository}${digest ? `@${digest}` : `:${tag}`}` };
  if (status === 401 || status === 403) return notForEverybody(host);
  const answered = headers['docker-content-digest'];
  const found = digest ?? (typeof answered === 'string' ? answered : '');
  if (status !== 200) return { is: 'unknown', text: `${host} answered ${status}` };
  if (!digestPattern.test(found)) return { is: 'unknown', text: `${host} answered without a digest` };
  return { is: 'found', digest: found, pinned: pinned(reference, found) };
}

const notForEverybody = (host: string): ImageFinding => ({
  is: 'unknown',
  text: `${host} tells not everybody: the image is private or not there, and Berth has no credentials for it`,
});

/** The token that a registry gives to whoever asks; undefined where it gives none. */
async function anonymousToken(
  { headers }: PublicAnswer,
  https: PublicHttps,
  signal: AbortSignal,
): Promise<string | undefined> {
  const challenge = String(headers['www-authenticate'] ?? '');
  const { realm, ...query } = parametersOf(challenge);
  if (!/^bearer /i.test(challenge) || realm === undefined || !URL.canParse(realm)) return undefined;
  const url = new URL(realm);
  for (const name of ['service', 'scope'])
    if (query[name] !== undefined) url.searchParams.set(name, query[name]);
  const answer = await https({ method: 'GET', url, maxBytes, signal });
  if (answer.status !== 200) return undefined;
  const { token, access_token } = (JSON.parse(answer.body) ?? {}) as Record<string, unknown>;
  const given = token ?? access_token;
  // It goes into a header: a token is ASCII without blanks.
  return typeof given === 'string' && /^[\x21-\x7e]+$/.test(given) ? given : undefined;
}

const parametersOf = (challenge: string): Record<string, string> =>
  Object.fromEntries(
    [...challenge.matchAll(/([a-z]+)="([^"]*)"/gi)].map(([, name = '', value = '']) => [
      name.toLowerCase(),
      value,
    ]),
  );
