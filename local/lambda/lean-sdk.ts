import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Loader, Plugin } from 'esbuild';

interface Cut {
  /** Which modules of the AWS SDK. */
  readonly modules: RegExp;
  /** What is bundled in place of such a module. */
  readonly instead: (source: string, path: string) => string | Promise<string>;
  readonly loader: Loader;
}

const refuse = (what: string) =>
  `throw new Error(${JSON.stringify(`${what} were left out of this bundle`)});`;

/** `{ [_e]: 1 }` becomes `{ "error": 1 }` where the module says `const _e = "error"`. */
function withLiteralKeys(source: string): string {
  const words = new Map(
    [...source.matchAll(/^const (_\w+) = ("[^"\n]*");$/gm)].map(([, name, text]) => [name, text]),
  );
  return source.replace(/\[(_\w+)\]:/g, (key, name: string) =>
    words.has(name) ? `${words.get(name)}:` : key,
  );
}

/** A module of this folder, as an import names it. */
const standIn = (file: string) => JSON.stringify(join(import.meta.dirname, file));

/** What a service's hosts begin with, by the SDK's own rules for it. */
async function hostOf(resolver: string): Promise<string> {
  const rules = await readFile(join(dirname(resolver), 'bdd.js'), 'utf8');
  const host = /"https:\/\/([a-z]+)\.\{Region\}/.exec(rules)?.[1];
  if (host === undefined) throw new Error(`${resolver} tells no host`);
  return host;
}

/** What the SDK carries and Berth's functions never reach, in Lambda and on Node 24. */
const cuts: readonly Cut[] = [
  // A client asks for its own version only, for the user agent.
  {
    modules: /[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]package\.json$/,
    instead: (source) => JSON.stringify({ version: (JSON.parse(source) as { version: string }).version }),
    loader: 'json',
  },
  // An error that is not registered comes as the service's own exception, with the name and the data that were sent.
  // A shape with a computed key counts as one that does something, and would stay though nothing uses it.
  {
    modules: /[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/,
    instead: (source) => withLiteralKeys(source.replace(/^n0_registry\.registerError\(.*\);$/gm, '')),
    loader: 'js',
  },
  // No operation that Berth calls streams events.
  {
    modules: /[\\/]@smithy[\\/]core[\\/]dist-es[\\/]submodules[\\/]event-streams[\\/]index\.js$/,
    instead: () => `
      const refuse = () => { ${refuse('event streams')} };
      export const resolveEventStreamSerdeConfig = (config) => config;
      export { refuse as EventStreamSerde, refuse as eventStreamSerdeProvider };
    `,
    loader: 'js',
  },
  // Node hashes natively; these stand in where it cannot.
  {
    modules:
      /[\\/]@smithy[\\/]core[\\/]dist-es[\\/]submodules[\\/]checksum[\\/]\w+[\\/](?:Sha256|Md5|Crc32)Js\.js$/,
    instead: (source) => {
      const name = /export class (\w+)/.exec(source)?.[1];
      return `export class ${name} { constructor() { ${refuse('hashes in JavaScript')} } }`;
    },
    loader: 'js',
  },
  // DynamoDB's endpoint discovery is off unless asked for.
  {
    modules:
      /[\\/]@aws-sdk[\\/]middleware-endpoint-discovery[\\/]dist-es[\\/]resolveEndpointDiscoveryConfig\.js$/,
    instead: () => 'export const resolveEndpointDiscoveryConfig = (config) => config;',
    loader: 'js',
  },
  // Neither FIPS nor dual stack nor hosts of an account: the region says where a service is.
  {
    modules: /[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]endpoint[\\/]endpointResolver\.js$/,
    instead: async (_, path) => `
      import { endpointsOf } from ${standIn('lean/endpoints.ts')};
      export const defaultEndpointResolver = endpointsOf(${JSON.stringify(await hostOf(path))});
    `,
    loader: 'js',
  },
  {
    modules:
      /[\\/]@aws-sdk[\\/]core[\\/]dist-es[\\/]submodules[\\/]client[\\/]util-endpoints[\\/]lib[\\/]aws[\\/]partition\.js$/,
    instead: () => `
      const refuse = () => { ${refuse('partitions')} };
      export const getUserAgentPrefix = () => '';
      export { refuse as partition, refuse as setPartitionInfo, refuse as useDefaultPartitionInfo };
    `,
    loader: 'js',
  },
  // Node reads dates.
  {
    modules:
      /[\\/]@smithy[\\/]core[\\/]dist-es[\\/]submodules[\\/]serde[\\/](?:schema-serde-lib[\\/]schema-)?date-utils\.js$/,
    instead: () => `export * from ${standIn('lean/dates.ts')};`,
    loader: 'js',
  },
  // Lambda has no files of configuration, and says its region in the environment.
  {
    modules:
      /[\\/]@smithy[\\/]core[\\/]dist-es[\\/]submodules[\\/]config[\\/]node-config-provider[\\/]fromSharedConfigFiles\.js$/,
    instead: () => `
      const nothing = Object.assign(new Error('there are no files of configuration'), { tryNextLink: true });
      export const fromSharedConfigFiles = () => () => Promise.reject(nothing);
    `,
    loader: 'js',
  },
  {
    modules: /[\\/]regionConfig[\\/]getInstanceMetadataRegion\.js$/,
    instead: () => 'export const getInstanceMetadataRegion = async () => undefined;',
    loader: 'js',
  },
  // Nobody asks for the mode of retries that measures how much a service takes.
  {
    modules:
      /[\\/]@smithy[\\/]core[\\/]dist-es[\\/]submodules[\\/]retry[\\/]util-retry[\\/]AdaptiveRetryStrategy\.js$/,
    instead: () => `export class AdaptiveRetryStrategy { constructor() { ${refuse('adaptive retries')} } }`,
    loader: 'js',
  },
  // Neither is a mode of defaults set, nor is it Node's version that is too old.
  {
    modules: /[\\/]config[\\/]defaults-mode[\\/]resolveDefaultsModeConfig\.js$/,
    instead: () => `export const resolveDefaultsModeConfig = () => async () => 'legacy';`,
    loader: 'js',
  },
  {
    modules:
      /[\\/]@aws-sdk[\\/]core[\\/]dist-es[\\/]submodules[\\/]client[\\/]emitWarningIfUnsupportedVersion\.js$/,
    instead: () => `
      export const emitWarningIfUnsupportedVersion = () => {};
      export const state = { warningEmitted: true };
    `,
    loader: 'js',
  },
  // Which of the SDK's features are made use of, for AWS's statistics.
  {
    modules: /[\\/]middleware-user-agent[\\/]check-features\.js$/,
    instead: () => 'export const checkFeatures = async () => {};',
    loader: 'js',
  },
  // None of the services that Berth calls is S3.
  {
    modules: /[\\/]service-customizations[\\/]s3\.js$/,
    instead: () => `
      const refuse = () => { ${refuse('the ways of S3')} };
      export { refuse as resolveParamsForS3, refuse as isArnBucketName, refuse as isDnsCompatibleBucketName };
      export { refuse as DOT_PATTERN, refuse as S3_HOSTNAME_PATTERN };
    `,
    loader: 'js',
  },
  // Lambda's runtime brings it, where it has one: whose trace a call belongs to.
  {
    modules: /[\\/]@aws[\\/]lambda-invoke-store[\\/]dist-es[\\/]invoke-store\.js$/,
    instead: () => `
      export const InvokeStore = { getInstanceAsync: async () => globalThis.awslambda?.InvokeStore };
    `,
    loader: 'js',
  },
  // Nobody extends a client, none has a logger, and what is sent is too small to be compressed.
  {
    modules: /[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]runtimeExtensions\.js$/,
    instead: () => 'export const resolveRuntimeExtensions = (config) => config;',
    loader: 'js',
  },
  {
    modules: /[\\/]middleware-logger[\\/]loggerMiddleware\.js$/,
    instead: () => `
      export const loggerMiddleware = () => (next) => next;
      export const loggerMiddlewareOptions = {};
      export const getLoggerPlugin = () => ({ applyToStack() {} });
    `,
    loader: 'js',
  },
  {
    modules: /[\\/]@smithy[\\/]middleware-compression[\\/]dist-es[\\/]resolveCompressionConfig\.js$/,
    instead: () => 'export const resolveCompressionConfig = (config) => config;',
    loader: 'js',
  },
  // It writes the headers of events that are signed one by one.
  {
    modules: /[\\/]@smithy[\\/]signature-v4[\\/]dist-es[\\/]HeaderFormatter\.js$/,
    instead: () => `export class HeaderFormatter { format() { ${refuse('signed events')} } }`,
    loader: 'js',
  },
];

/** An `import` of `node:http` reads all that it exports, and so loads fetch as well: 40 ms of a cold start. */
const builtin = 'builtin';

/** Leaves out of a bundle what the SDK only needs elsewhere: in browsers, on a laptop, for operations not called. */
export const leanSdk: Plugin = {
  name: 'lean-sdk',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, () => ({
      path: join(import.meta.dirname, 'environment-credentials.ts'),
    }));
    onResolve({ filter: /^(?:node:)?http$/ }, () => ({ path: 'node:http', namespace: builtin }));
    onLoad({ filter: /.*/, namespace: builtin }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
      loader: 'js',
    }));
    for (const { modules, instead, loader } of cuts)
      onLoad({ filter: modules }, async ({ path }) => ({
        contents: await instead(await readFile(path, 'utf8'), path),
        loader,
      }));
  },
};
