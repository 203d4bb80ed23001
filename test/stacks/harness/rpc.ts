import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { root } from './platform.ts';

/** What SST's components ask of the SST process beside them. */
export interface Rpc {
  readonly url: string;
  /** Questions that have not been answered yet. */
  readonly open: () => number;
}

type Answers = Readonly<Record<string, (parameters: Record<string, unknown>) => unknown>>;

const answers: Answers = {
  'Provider.Aws.Bootstrap': () => ({
    asset: 'sst-asset',
    state: 'sst-state',
    assetEcrRegistryId: '',
    assetEcrUrl: '',
    appsyncHttp: '',
    appsyncRealtime: '',
  }),
  'Runtime.AddTarget': () => true,
  'Runtime.Build': prebuilt,
};

/** Functions come built, with a file that their handler names; SST itself would find out on AWS only. */
function prebuilt({ bundle, handler }: Record<string, unknown>) {
  if (typeof bundle !== 'string') throw new Error(`${handler} has no bundle`);
  const file = join(root, bundle, `${String(handler).split('.')[0]}.mjs`);
  if (!existsSync(file)) throw new Error(`there is no ${file}: npm run build makes the functions`);
  return { handler, out: bundle, errors: [], sourcemaps: [] };
}

let started: Promise<Rpc> | undefined;

/** One for the whole process: a stack that has failed may still ask when the next one is evaluated. */
export const rpcOfProcess = (): Promise<Rpc> => {
  started ??= startRpc();
  return started;
};

async function startRpc(): Promise<Rpc> {
  let open = 0;
  const server = createServer((request, response) => {
    open += 1;
    response.on('close', () => {
      open -= 1;
    });
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => response.end(JSON.stringify(answerTo(Buffer.concat(chunks).toString()))));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  server.unref();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    open: () => open,
  };
}

function answerTo(body: string) {
  const { method, params } = JSON.parse(body) as { method: string; params: [Record<string, unknown>] };
  const answer = answers[method];
  if (!answer) return { error: `rpc: can't find ${method}` };
  try {
    return { result: answer(params[0]) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
