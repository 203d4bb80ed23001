import type { Redirect } from '../model.ts';
import { type Asked, pathOf, queryOf } from './matching.ts';

/**
 * Where a redirect sends the client: `#{protocol}`, `#{host}`, `#{port}`, `#{path}` and `#{query}` stand for the
 * parts of its request. A port that the protocol implies is left out.
 */
export function locationOf(redirect: Redirect, asked: Asked, listenerPort: number): string {
  const parts: Readonly<Record<string, string>> = {
    protocol: 'http',
    host: asked.host.replace(/:\d+$/, ''),
    port: `${listenerPort}`,
    // The leading slash belongs to the template, as in the default `/#{path}`.
    path: pathOf(asked.url).slice(1),
    query: queryOf(asked.url),
  };
  const filled = (template: string) =>
    template.replace(/#\{(protocol|host|port|path|query)\}/g, (_, name: string) => parts[name] ?? '');
  const protocol = filled(redirect.protocol).toLowerCase();
  const port = filled(redirect.port);
  const isImplied = port === (protocol === 'https' ? '443' : '80');
  const query = filled(redirect.query);
  const authority = isImplied ? filled(redirect.host) : `${filled(redirect.host)}:${port}`;
  return `${protocol}://${authority}${filled(redirect.path)}${query === '' ? '' : `?${query}`}`;
}
