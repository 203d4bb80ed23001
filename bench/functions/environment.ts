import { type Topology, topology } from '../../stacks/topology.ts';

export const region = 'us-east-1';
export const account = '000000000000';
/** The one environment of the benchmarks, and its cluster. */
export const environmentName = 'local';

const environments = JSON.stringify([
  { name: environmentName, cluster: environmentName, region, account, subnets: ['subnet-bench'] },
]);

const keyPrefix = 'BENCH-';

/** The function that an access key was given to. */
export const nameOf = (accessKeyId: string): string =>
  accessKeyId.startsWith(keyPrefix) ? accessKeyId.slice(keyPrefix.length) : accessKeyId;

/** What a function finds in its environment: Lambda's own variables and the topology's, all pointing to `endpoint`. */
export function functionEnvironment(name: string, endpoint: string): NodeJS.ProcessEnv {
  const functions: Topology['functions'] = topology.functions;
  const wanted = Object.entries(functions[name]?.environment ?? {});
  return {
    PATH: process.env.PATH,
    TZ: ':UTC',
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: keyPrefix + name,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL: endpoint,
    AWS_LAMBDA_FUNCTION_NAME: name,
    ...Object.fromEntries(wanted.map(([variable, symbol]) => [variable, filledIn(symbol, endpoint)])),
  };
}

function filledIn(symbol: string, endpoint: string): string {
  if (symbol === 'table') return topology.table.name;
  if (symbol === 'environments') return environments;
  return symbol.startsWith('queue:') ? `${endpoint}/${account}/${symbol.slice('queue:'.length)}` : symbol;
}
