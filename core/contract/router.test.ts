import { describe, expect, it } from 'vitest';
import { MethodNotAllowed, matchRoute } from './router.ts';
import { routes } from './routes.ts';

describe('matching', () => {
  it('finds every declared route by its own path', () => {
    for (const [name, { method, path }] of Object.entries(routes)) {
      const match = matchRoute(routes, method, path.replace(/[{}]/g, ''));
      expect(match.name).toBe(name);
    }
  });

  it('takes whole segments as parameters, as they are', () => {
    expect(matchRoute(routes, 'GET', '/v1/deployments/x').name).toBe('getDeployment');
    expect(() => matchRoute(routes, 'GET', '/v1/v1/deployments/x')).toThrow(/there is no path/);
    expect(matchRoute(routes, 'GET', '/deployments/a%2Fb').params).toEqual({ id: 'a%2Fb' });
    expect(() => matchRoute(routes, 'GET', '/deployments/a/b')).toThrow(/there is no path/);
  });

  it.each(['', '/', '/deployments/', '//', '/%', '/deployments%2Fx', '/__proto__', '/deployments/x/../y'])(
    'does not know %j',
    (path) => {
      expect(() => matchRoute(routes, 'GET', path)).toThrow(expect.objectContaining({ kind: 'not-found' }));
    },
  );

  it('says which methods a path has', () => {
    const refused = () => matchRoute(routes, 'DELETE', '/deployments/x');
    expect(refused).toThrow(MethodNotAllowed);
    expect(refused).toThrow(expect.objectContaining({ kind: 'method-not-allowed', allow: 'GET' }));
  });
});
