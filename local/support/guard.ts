import type { IncomingMessage } from 'node:http';

/**
 * Why a request is refused before it is read, or undefined. Local AWS has no passwords: what protects it from
 * a web page open in the developer's browser is that the page's requests carry a foreign `Origin`, and that
 * a name which an attacker re-points to 127.0.0.1 (DNS rebinding) shows in `Host`.
 */
export function refusal(request: IncomingMessage): string | undefined {
  const { host, origin } = request.headers;
  if (!host || !isLoopback(`http://${host}`)) {
    return 'The Host header must name this machine: use 127.0.0.1 or localhost.';
  }
  if (origin !== undefined && !isLoopback(origin))
    return 'Requests from web pages of other sites are refused.';
  if (request.headers['sec-fetch-site'] === 'cross-site') return 'Cross-site requests are refused.';
  return undefined;
}

/** Almost every request comes with one of very few values; parsing a URL for each would be felt. */
const seen = new Map<string, boolean>();

function isLoopback(url: string): boolean {
  const known = seen.get(url);
  if (known !== undefined) return known;
  const answer = namesLoopback(url);
  if (seen.size >= 1000) seen.clear();
  seen.set(url, answer);
  return answer;
}

/** How containers name this machine; neither is a name that anybody could re-point. */
const fromContainers = new Set(['169.254.170.2', 'host.docker.internal']);

function namesLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname) ||
    fromContainers.has(hostname)
  );
}
