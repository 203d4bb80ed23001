import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { type AgentMessage, decodeMessage, encodeMessage, payloadTypes } from './message.ts';

/** A client of Session Manager, as far as tests need one. */
export interface ExecClient {
  /** What the command has printed until now. */
  printed(): string;
  /** The types of the messages that came, with their payload's type, in order. */
  readonly heard: readonly AgentMessage[];
  type(text: string): void;
  resize(columns: number, rows: number): void;
  terminate(): void;
  /** Sends a message again, as a client does that has seen no acknowledgement. */
  again(): void;
  /** Resolves with the websocket's closing code. */
  readonly closed: Promise<number>;
  close(): void;
}

/** Opens a session with what ExecuteCommand answered; shakes hands and tells its size by itself. */
export async function execClient(session: {
  readonly streamUrl?: string | undefined;
  readonly tokenValue?: string | undefined;
}): Promise<ExecClient> {
  const socket = new WebSocket(session.streamUrl ?? '');
  const heard: AgentMessage[] = [];
  let sent = 0;
  let last: Buffer = Buffer.alloc(0);
  const send = (payloadType: number, payload: Buffer) => {
    const message = {
      type: 'input_stream_data',
      sequence: sent++,
      flags: sent === 1 ? 1 : 0,
      payloadType,
      payload,
    };
    last = encodeMessage(message, 1);
    socket.send(last);
  };
  const tell = (payloadType: number, value: object) => send(payloadType, Buffer.from(JSON.stringify(value)));
  socket.on('message', (data) => {
    const message = decodeMessage(data as Buffer);
    if (!message) throw new Error('that was no message of an agent');
    heard.push(message);
    if (message.type !== 'output_stream_data') return;
    if (message.payloadType === payloadTypes.handshakeRequest) {
      tell(payloadTypes.handshakeResponse, {
        ClientVersion: '1.2.0.0',
        ProcessedClientActions: [],
        Errors: [],
      });
    }
    if (message.payloadType === payloadTypes.handshakeComplete) {
      tell(payloadTypes.size, { cols: 100, rows: 40 });
    }
  });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => undefined);
  socket.send(
    JSON.stringify({
      MessageSchemaVersion: '1.0',
      RequestId: randomUUID(),
      TokenValue: session.tokenValue,
      ClientId: randomUUID(),
    }),
  );
  return {
    heard,
    printed: () =>
      heard
        .filter(
          ({ type, payloadType }) => type === 'output_stream_data' && payloadType === payloadTypes.output,
        )
        .map(({ payload }) => payload.toString())
        .join(''),
    type: (text) => send(payloadTypes.output, Buffer.from(text)),
    resize: (cols, rows) => tell(payloadTypes.size, { cols, rows }),
    terminate: () => send(payloadTypes.flag, Buffer.from([0, 0, 0, 2])),
    again: () => socket.send(last),
    closed,
    close: () => socket.close(),
  };
}
