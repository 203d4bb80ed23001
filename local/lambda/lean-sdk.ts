import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Loader, Plugin } from 'esbuild';

interface Cut {
  /** Which modules of the AWS SDK. */
  readonly modules: RegExp;
  /** What is bundled in place of such a module. */
  readonly instead: (source: string) => string;
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
  // DynamoDB's endpoint discovery is off unless asked for, and then knows one or two endpoints: a map holds them.
  {
    modules: /[\\/]mnemonist[\\/]lru-cache\.js$/,
    instead: () => 'export default class extends Map { constructor() { super(); } }',
    loader: 'js',
  },
];

/** Leaves out of a bundle what the SDK only needs elsewhere: in browsers, on a laptop, for operations not called. */
export const leanSdk: Plugin = {
  name: 'lean-sdk',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, () => ({
      path: join(import.meta.dirname, 'environment-credentials.ts'),
    }));
    for (const { modules, instead, loader } of cuts)
      onLoad({ filter: modules }, async ({ path }) => ({
        contents: instead(await readFile(path, 'utf8')),
        loader,
      }));
  },
};
