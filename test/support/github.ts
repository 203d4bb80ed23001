import { createHmac, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, gitHubSecretArn, type Request, type TestApi } from './api.ts';

/** What the webhook and Berth both know, in tests. */
export const webhookSecret = 'tell nobody: 9f2c';

export const sha = (number: number) => number.toString(16).padStart(40, '0');

export const signatureOf = (body: string | Uint8Array, secret = webhookSecret) =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

export interface Delivery {
  readonly event?: string;
  readonly delivery?: string;
  /** Text goes as it is. */
  readonly body: unknown;
  readonly environment?: string;
  /** Over those of GitHub's; undefined leaves one out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** A request as GitHub makes it. */
export function webhook({
  event = 'push',
  delivery = randomUUID(),
  body,
  environment,
  headers,
}: Delivery): Request {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const all: Record<string, string | undefined> = {
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/044aadd',
    'x-github-delivery': delivery,
    'x-github-event': event,
    'x-hub-signature-256': signatureOf(text),
    ...headers,
  };
  const sent = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return {
    method: 'POST',
    path: `/hooks/github/${environment ?? 'local'}`,
    headers: Object.fromEntries(sent) as Record<string, string>,
    body: text,
  };
}

export const send = <Body>(api: TestApi, delivery: Delivery): Promise<Answer<Body>> =>
  api.ask<Body>(webhook(delivery));

/** A push of one commit onto another, as far as GitHub's payload matters here; `changes` is laid over it. */
export const pushOf = (
  before: number,
  after: number,
  atSecond = 1_700_000_000 + after,
  changes: object = {},
) => ({
  ref: 'refs/heads/main',
  before: sha(before),
  after: sha(after),
  ...{ created: false, deleted: false, forced: false, base_ref: null },
  commits: [{ id: sha(after), message: `change ${after}`, distinct: true }],
  head_commit: { id: sha(after), message: `change ${after}\n\nat length`, timestamp: '2026-01-01T00:00:00Z' },
  repository: { id: 1, full_name: 'Acme/Shop', fork: false, private: true, pushed_at: atSecond },
  pusher: { name: 'ann' },
  sender: { login: 'ann', id: 2 },
  ...changes,
});

/** A workflow that ended. */
export const runOf = (number: number, commit: number, changes: object = {}) => ({
  action: 'completed',
  workflow_run: {
    ...{ id: number * 1000, workflow_id: 7, run_number: number, run_attempt: 1, name: 'Build' },
    ...{ path: '.github/workflows/build.yml', event: 'push', status: 'completed', conclusion: 'success' },
    ...{ head_branch: 'main', head_sha: sha(commit), pull_requests: [] },
    head_commit: { id: sha(commit), message: `change ${commit}` },
    head_repository: { full_name: 'Acme/Shop', fork: false },
    ...changes,
  },
  repository: { id: 1, full_name: 'Acme/Shop', fork: false, pushed_at: '2026-01-01T00:00:00Z' },
  sender: { login: 'ann' },
});

export const useSecret = (api: TestApi, secret = webhookSecret) =>
  api.secretValues.set(gitHubSecretArn, secret);

export interface Status {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: { readonly state: string; readonly description: string; readonly context: string };
}

/** Stands in for GitHub's API: takes statuses, and answers as it is told, 201 without. */
export async function startGitHub() {
  const statuses: Status[] = [];
  const answers: { readonly status: number; readonly headers?: Record<string, string> }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Status['body'];
    statuses.push({ path: request.url ?? '', authorization: request.headers.authorization, body });
    const { status, headers = {} } = answers.shift() ?? { status: 201 };
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    ...{ statuses, answers },
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
