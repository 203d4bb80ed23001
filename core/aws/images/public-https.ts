import { lookup as resolveName } from 'node:dns';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';

export interface PublicRequest {
  readonly method: 'GET' | 'HEAD';
  /** `https:` only. */
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

export interface PublicAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Asks a server of the public internet. Throws where it cannot be reached, or is none. */
export type PublicHttps = (asked: PublicRequest) => Promise<PublicAnswer>;

/**
 * Asks over HTTPS, and only what has public addresses: the name is resolved once, all that it resolves to is looked
 * at, and the connection goes to what was looked at. No redirect is followed, and no more is read than was allowed.
 */
export const publicHttps: PublicHttps = async ({ method, url, headers, maxBytes, signal }) => {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (url.protocol !== 'https:') throw new Error(`${url.host} is not asked: only https is`);
  if (url.username !== '' || url.password !== '') throw new Error('a URL with credentials is not asked');
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw notPublic(url.host);
  return new Promise((resolve, reject) => {
    const asking = request(
      url,
      { method, headers: { ...headers }, lookup: publicLookup, signal },
      (answer) => {
        const chunks: Buffer[] = [];
        let size = 0;
        answer.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > maxBytes) asking.destroy(new Error(`${url.host} answered more than ${maxBytes} bytes`));
          else chunks.push(chunk);
        });
        answer.once('error', reject);
        answer.once('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    asking.once('error', reject);
    asking.end();
  });
};

const notPublic = (host: string) => new Error(`${host} is not asked: it is not on the public internet`);

const publicLookup: LookupFunction = (name, options, done) => {
  resolveName(name, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error, '');
    const first = addresses[0];
    if (!first || !addresses.every(({ address }) => isPublicAddress(address)))
      return done(notPublic(name), '');
    if (options.all) return done(null, addresses);
    return done(null, first.address, first.family);
  });
};

function blockList(family: 'ipv4' | 'ipv6', nets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const net of nets) {
    const [address = '', prefix = ''] = net.split('/');
    list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

/** IANA's special-purpose addresses; among them AWS's own for metadata, 169.254.169.254 and 169.254.170.2. */
const special = blockList('ipv4', [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15'],
  ...['198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
]);
const global = blockList('ipv6', ['2000::/3']);
/** Global by their number, and yet they may lead inside: Teredo, 6to4, documentation. */
const detours = blockList('ipv6', ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);

/** Whether an address is one of the public internet; every address of another kind is refused. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !special.check(address, 'ipv4');
  return family === 6 && global.check(address, 'ipv6') && !detours.check(address, 'ipv6');
}
