import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Environment } from '../../contract/environment.ts';
import { registries } from './images.ts';
import { isPublicAddress, type PublicAnswer, type PublicRequest, publicHttps } from './public-https.ts';
import { imageReference, pinned } from './reference.ts';

const digest = `sha256:${'ab'.repeat(32)}`;
const cloud = { name: 'cloud', local: false } as Environment;
const laptop = { name: 'local', local: true } as Environment;

const answer = (status: number, headers: PublicAnswer['headers'] = {}, body = ''): PublicAnswer => ({
  status,
  headers,
  body,
});

/** A registry that gives a token to everybody, and has one image. */
function registry(options: { realm?: string; token?: string; has?: string } = {}) {
  const { realm = 'https://auth.example.com/token', token = 'anonymous', has = '1.4.2' } = options;
  const asked: PublicRequest[] = [];
  const https = async (one: PublicRequest) => {
    asked.push(one);
    if (one.method === 'GET') return answer(200, {}, JSON.stringify({ token }));
    const challenge = `Bearer realm="${realm}",service="registry",scope="repository:acme/shop:pull"`;
    if (one.headers?.authorization !== `Bearer anonymous`)
      return answer(401, { 'www-authenticate': challenge });
    const isThere = one.url.pathname === `/v2/acme/shop/manifests/${has}`;
    return isThere ? answer(200, { 'docker-content-digest': digest }) : answer(404);
  };
  return { asked, images: registries(https) };
}

describe('a reference of an image', () => {
  it.each([
    ['nginx', 'registry-1.docker.io', 'library/nginx', undefined],
    ['nginx:1.27', 'registry-1.docker.io', 'library/nginx', '1.27'],
    ['acme/shop', 'registry-1.docker.io', 'acme/shop', undefined],
    ['docker.io/acme/shop:2', 'registry-1.docker.io', 'acme/shop', '2'],
    ['ghcr.io/acme/shop:1.4.2', 'ghcr.io', 'acme/shop', '1.4.2'],
    ['registry.example.com:5000/shop', 'registry.example.com:5000', 'shop', undefined],
  ])('%s is of %s', (text, host, repository, tag) => {
    expect(imageReference(text)).toMatchObject({ host, repository });
    expect(imageReference(text).tag).toBe(tag);
  });

  it('keeps its tag beside its digest, unless ECS would not take so long a name', () => {
    expect(pinned(imageReference('ghcr.io/acme/shop:1.4.2'), digest)).toBe(
      `ghcr.io/acme/shop:1.4.2@${digest}`,
    );
    const long = `ghcr.io/acme/shop:${'1'.repeat(128)}`;
    const longest = `ghcr.io/${'a'.repeat(60)}:${'1'.repeat(128)}`;
    expect(pinned(imageReference(long), digest)).toHaveLength(long.length + 72);
    expect(pinned(imageReference(longest), digest)).toBe(`ghcr.io/${'a'.repeat(60)}@${digest}`);
  });
});

describe('a registry', () => {
  it('gives the digest to whoever has the token that it gives to everybody', async () => {
    const { images, asked } = registry();
    expect(await images.resolve('ghcr.io/acme/shop:1.4.2', cloud)).toEqual({
      is: 'found',
      digest,
      pinned: `ghcr.io/acme/shop:1.4.2@${digest}`,
    });
    expect(asked[1]?.url.href).toBe(
      'https://auth.example.com/token?service=registry&scope=repository%3Aacme%2Fshop%3Apull',
    );
  });

  it('says that an image is not there, and nothing of one that is private', async () => {
    const { images } = registry();
    expect(await images.resolve('ghcr.io/acme/shop:9', cloud)).toMatchObject({ is: 'missing' });
    const closed = registry({ token: 'of somebody else' });
    expect(await closed.images.resolve('ghcr.io/acme/shop:1.4.2', cloud)).toMatchObject({ is: 'unknown' });
  });

  it('is not asked for images of this machine, nor a private ECR without permission', async () => {
    const { images, asked } = registry();
    expect(await images.resolve('ghcr.io/acme/shop:1.4.2', laptop)).toMatchObject({ is: 'unknown' });
    const ecr = '123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop:1';
    expect(await images.resolve(ecr, cloud)).toMatchObject({ is: 'unknown' });
    expect(asked).toEqual([]);
  });

  it('that answers nonsense, or fails, is no error', async () => {
    const odd = fc.record({
      status: fc.constantFrom(200, 301, 401, 403, 429, 500),
      headers: fc.record({
        'www-authenticate': fc.constantFrom(
          '',
          'Basic',
          'Bearer realm="file:///etc/passwd"',
          'Bearer realm="x"',
        ),
        'docker-content-digest': fc.string(),
      }),
      body: fc.constantFrom('', '{}', 'null', '{"token":5}', '{"token":"a\\r\\nb"}'),
    });
    await fc.assert(
      fc.asyncProperty(odd, fc.boolean(), async (given, isBroken) => {
        const https = async () => {
          if (isBroken) throw new Error('socket hang up');
          return given;
        };
        const found = await registries(https).resolve('ghcr.io/acme/shop:1.4.2', cloud);
        expect(found.is).toBe('unknown');
      }),
    );
  });
});

describe('the public internet', () => {
  it.each([
    ...['127.0.0.1', '10.1.2.3', '172.16.0.1', '192.168.1.1', '169.254.169.254', '169.254.170.2'],
    ...['100.64.0.1', '0.0.0.0', '224.0.0.1', '255.255.255.255', '::1', '::', 'fe80::1', 'fd00:ec2::254'],
    ...['::ffff:10.0.0.1', '::ffff:8.8.8.8', '64:ff9b::a00:1', '2002:a00:1::', '2001:0:a00:1::', 'ff02::1'],
    ...['not an address', ''],
  ])('does not have %s', (address) => expect(isPublicAddress(address)).toBe(false));

  it.each(['8.8.8.8', '140.82.121.34', '2606:4700::1111', '2600:1f00::1'])('has %s', (address) =>
    expect(isPublicAddress(address)).toBe(true),
  );

  it.each([
    ['https://127.0.0.1/v2/', /public internet/],
    ['https://[::1]/v2/', /public internet/],
    ['https://[::ffff:169.254.169.254]/', /public internet/],
    ['https://localhost/v2/', /public internet/],
    ['http://8.8.8.8/', /only https/],
    ['https://a:b@8.8.8.8/', /credentials/],
  ])('is all that is asked: not %s', async (url, why) => {
    const signal = AbortSignal.timeout(5000);
    const asking = publicHttps({ method: 'GET', url: new URL(url), maxBytes: 10, signal });
    await expect(asking).rejects.toThrow(why);
  });
});
