/** A reference of an image, taken apart as Docker does it. */
export interface ImageReference {
  /** The host of the registry, with its port where it has one. */
  readonly host: string;
  /** For example `library/nginx`. */
  readonly repository: string;
  /** What stood before any tag or digest, as it was written. */
  readonly name: string;
  readonly tag?: string;
  /** `sha256:…` */
  readonly digest?: string;
}

const hub = { written: ['docker.io', 'index.docker.io'], host: 'registry-1.docker.io' };

/** Takes apart what `core/contract/names.ts` has let in. `nginx` is `registry-1.docker.io`, `library/nginx`. */
export function imageReference(text: string): ImageReference {
  const [rest = '', digest] = text.split('@');
  const colon = rest.lastIndexOf(':');
  const isTagged = colon > rest.lastIndexOf('/');
  const name = isTagged ? rest.slice(0, colon) : rest;
  const [first = '', ...others] = name.split('/');
  const isHost = others.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const path = isHost ? others.join('/') : name;
  const isHub = !isHost || hub.written.includes(first);
  return {
    host: isHub ? hub.host : first,
    repository: isHub && !path.includes('/') ? `library/${path}` : path,
    name,
    ...(isTagged && { tag: rest.slice(colon + 1) }),
    ...(digest !== undefined && { digest }),
  };
}

/** ECS takes at most this many characters for an image. */
const maxImageLength = 255;

/** `ghcr.io/acme/shop:1.4.2` with its digest; the tag stays for people, where there is room for it. */
export function pinned({ name, tag }: ImageReference, digest: string): string {
  const whole = `${tag === undefined ? name : `${name}:${tag}`}@${digest}`;
  return whole.length <= maxImageLength ? whole : `${name}@${digest}`;
}
