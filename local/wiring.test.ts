import { expect, it } from 'vitest';
import { topology } from '../stacks/topology.ts';
import { testTopology } from './testing.ts';
import { emptyTopology, httpFunctions } from './wiring.ts';

it('hands a request to the function that takes its route, and all others to the one that has the API', () => {
  const functionOf = httpFunctions(topology);
  expect(functionOf('POST', '/plan')).toBe('preflight');
  expect(functionOf('GET', '/plan')).toBe('api');
  expect(functionOf('GET', '/environments/local/services/shop-web/drift')).toBe('preflight');
  expect(functionOf('GET', '/environments/local/services//drift')).toBe('api');
  expect(functionOf('GET', '/environments/local/x/services/shop-web/drift')).toBe('api');
  expect(functionOf('GET', '/deployments/dep_1/explanation')).toBe('explain');
  expect(functionOf('GET', '/deployments/dep_1')).toBe('api');
  expect(functionOf('POST', '/hooks/github/local')).toBe('github');
});

it('knows of no function where there is no API', () => {
  expect(httpFunctions(emptyTopology)('GET', '/')).toBeUndefined();
  const functions = { other: { triggers: [{ type: 'routes', of: 'api', keys: ['POST /plan'] } as const] } };
  expect(httpFunctions(testTopology({ functions }))('POST', '/')).toBeUndefined();
});
