import { connect, type Socket } from 'node:net';
import { percentile } from '../../test/support/load.ts';
import { answerParent } from '../child.ts';
import { ecsTarget } from './ecs-caller.ts';

export interface DescribeOrder {
  readonly endpoint: string;
  readonly arns: readonly string[];
  readonly tasksPerCall: number;
  readonly connections: number;
  readonly durationMs: number;
}

export interface DescribeReport {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * Calls DescribeTasks over bare sockets, so that as little as can be of the machine goes to whoever asks. Each
 * connection asks again once it has its answer whole. Throws when an answer is not 200 or lacks a task.
 */
async function describe(order: DescribeOrder): Promise<DescribeReport> {
  const latenciesMs: number[] = [];
  const startedAt = performance.now();
  const until = startedAt + order.durationMs;
  const asks = requests(order);
  await Promise.all(
    Array.from({ length: order.connections }, (_, offset) =>
      askUntil(until, order, asks, offset, latenciesMs),
    ),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const sorted = Float64Array.from(latenciesMs).sort();
  return {
    perSecond: latenciesMs.length / seconds,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
  };
}

/** Requests whole as they are sent, headers and all as the SDK writes them; each for other tasks. */
function requests({ endpoint, arns, tasksPerCall }: DescribeOrder): readonly Buffer[] {
  return Array.from({ length: Math.floor(arns.length / tasksPerCall) }, (_, index) => {
    const first = index * tasksPerCall;
    const body = JSON.stringify({ cluster: 'default', tasks: arns.slice(first, first + tasksPerCall) });
    const head = [
      'POST / HTTP/1.1',
      `host: ${new URL(endpoint).host}`,
      'content-type: application/x-amz-json-1.1',
      `x-amz-target: ${ecsTarget}.DescribeTasks`,
      'user-agent: aws-sdk-js/3.1164.0 ua/2.1 os/linux lang/js md/nodejs api/ecs#3.1164.0',
      'amz-sdk-invocation-id: 6d1a0a4b-6cf5-4ae6-9a4e-5f1ec9a26a2e',
      'amz-sdk-request: attempt=1; max=3',
      'x-amz-date: 20260101T000000Z',
      `authorization: AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/ecs/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: keep-alive',
    ];
    return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
  });
}

function askUntil(
  until: number,
  { endpoint, tasksPerCall }: DescribeOrder,
  asks: readonly Buffer[],
  offset: number,
  latenciesMs: number[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(endpoint).port), '127.0.0.1');
    socket.setNoDelay(true);
    let turn = offset * 97;
    let askedAt = 0;
    const ask = () => {
      if (performance.now() >= until) return socket.end(resolve);
      askedAt = performance.now();
      socket.write(asks[turn++ % asks.length]!);
    };
    socket.on('error', reject);
    socket.on('connect', ask);
    onAnswer(socket, (answer) => {
      latenciesMs.push(performance.now() - askedAt);
      if (!isWhole(answer, tasksPerCall)) {
        socket.destroy();
        return reject(new Error(`DescribeTasks answered: ${answer.toString('latin1').slice(0, 500)}`));
      }
      ask();
    });
  });
}

const headEnd = '\r\n\r\n';

/** Calls `take` with each answer, head and body. */
function onAnswer(socket: Socket, take: (answer: Buffer) => void): void {
  let held: Buffer = Buffer.alloc(0);
  let wanted = 0;
  socket.on('data', (chunk: Buffer) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    if (wanted === 0) wanted = lengthOf(held);
    if (wanted === 0 || held.length < wanted) return;
    const answer = held;
    held = Buffer.alloc(0);
    wanted = 0;
    take(answer);
  });
}

const lengthName = 'content-length: ';

/** Bytes of the whole answer; 0 as long as its head is not there. */
function lengthOf(start: Buffer): number {
  const end = start.indexOf(headEnd);
  if (end < 0) return 0;
  const name = start.indexOf(lengthName);
  if (name < 0 || name > end) throw new Error('an answer without content-length');
  const digits = name + lengthName.length;
  return end + headEnd.length + Number.parseInt(start.toString('latin1', digits, digits + 10), 10);
}

const wholeEnd = '"failures":[]}';

/** As cheaply as can be, for who asks takes from the machine of who answers; yet no error and no missing task passes. */
const isWhole = (answer: Buffer, tasks: number) =>
  answer.toString('latin1', 9, 12) === '200' &&
  answer.toString('latin1', answer.length - wholeEnd.length) === wholeEnd &&
  answer.length > 1000 * tasks;

answerParent(describe);
