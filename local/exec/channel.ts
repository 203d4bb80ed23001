import { randomUUID } from 'node:crypto';
import type { RawData, WebSocket } from 'ws';
import { z } from 'zod';
import type { Runtime, TerminalSession, TerminalSize } from '../runtimes/runtime.ts';
import type { Clock, Timer } from '../support/clock.ts';
import {
  type AgentMessage,
  decodeMessage,
  encodeMessage,
  payloadTypes,
  terminateSession,
} from './message.ts';

export interface ChannelOptions {
  readonly sessionId: string;
  readonly clock: Clock;
  readonly runtime: Runtime;
  /** What the token lets its bearer run; undefined for a wrong, old or used one. */
  redeem(token: string): { readonly containerId: string; readonly command: string } | undefined;
}

/** One session of Session Manager, seen from the agent's side; it ends with its command or its websocket. */
export function converse(socket: WebSocket, options: ChannelOptions): void {
  const channel = new Channel(socket, options);
  socket.on('message', (data, isBinary) => channel.hear(bytesOf(data), isBinary));
  socket.on('error', () => socket.terminate());
  socket.on('close', () => channel.end());
}

type State =
  | { readonly is: 'unopened' }
  /** Shakes hands and waits for the size of the client's terminal. */
  | { readonly is: 'waiting'; readonly containerId: string; readonly command: string }
  /** The command begins; what is typed meanwhile is kept. */
  | { readonly is: 'beginning'; readonly typed: Buffer[] }
  | { readonly is: 'running'; readonly terminal: TerminalSession }
  | { readonly is: 'ended' };

const openWithinMs = 10_000;
/** Whoever does not tell its size is given the usual one. */
const sizeWithinMs = 1_000;
const usualSize: TerminalSize = { columns: 80, rows: 24 };
const chunkBytes = 1024;
/** Nobody types more than this before a terminal is there. */
const typedCeilingBytes = 1024 * 1024;
/** A client that does not read is let go. */
const unreadCeilingBytes = 16 * 1024 * 1024;
/** A first message of a sequence, and one that is all of it. */
const syn = 1;
const whole = 3;

const openingSchema = z.object({ TokenValue: z.string().max(1024) });
const sizeSchema = z.object({
  cols: z.number().int().min(1).max(1000),
  rows: z.number().int().min(1).max(1000),
});

class Channel {
  readonly #socket: WebSocket;
  readonly #options: ChannelOptions;
  #state: State = { is: 'unopened' };
  #timer: Timer;
  #sent = 0;
  #expected = 0;

  constructor(socket: WebSocket, options: ChannelOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#timer = options.clock.after(openWithinMs, () => socket.close(1008, 'no token came'));
  }

  hear(bytes: Buffer, isBinary: boolean): void {
    if (this.#state.is === 'ended') return;
    if (this.#state.is === 'unopened') {
      if (isBinary) this.#socket.close(1008, 'a token comes first');
      else this.#open(bytes.toString());
      return;
    }
    const message = isBinary ? decodeMessage(bytes) : undefined;
    if (message?.type === 'input_stream_data') this.#input(message);
  }

  end(): void {
    this.#timer.cancel();
    const state = this.#state;
    this.#state = { is: 'ended' };
    if (state.is === 'running') state.terminal.close();
  }

  #open(text: string): void {
    const found = this.#options.redeem(tokenIn(text));
    if (!found) {
      this.#socket.close(1008, 'the token is not valid');
      return;
    }
    this.#state = { is: 'waiting', ...found };
    this.#beginAnyhow();
    this.#send({
      type: 'start_publication',
      sequence: 0,
      flags: whole,
      payloadType: payloadTypes.startPublication,
      payload: Buffer.alloc(0),
    });
    this.#output(payloadTypes.handshakeRequest, {
      AgentVersion: '3.3.0.0',
      RequestedClientActions: [
        {
          ActionType: 'SessionType',
          ActionParameters: { SessionType: 'InteractiveCommands', Properties: null },
        },
      ],
    });
  }

  /** Everything is acknowledged; what came before is not heard twice. */
  #input(message: AgentMessage): void {
    this.#acknowledge(message);
    if (message.sequence < this.#expected) return;
    this.#expected = message.sequence + 1;
    switch (message.payloadType) {
      case payloadTypes.handshakeResponse:
        this.#output(payloadTypes.handshakeComplete, { HandshakeTimeToComplete: 0, CustomerMessage: '' });
        this.#beginAnyhow();
        return;
      case payloadTypes.size:
        this.#resize(message.payload);
        return;
      case payloadTypes.output:
        this.#type(message.payload);
        return;
      case payloadTypes.flag:
        if (message.payload.length === 4 && message.payload.readUInt32BE(0) === terminateSession)
          this.#close('');
    }
  }

  /** There are clients that shake no hands, and some that have no size. */
  #beginAnyhow(): void {
    this.#timer.cancel();
    this.#timer = this.#options.clock.after(sizeWithinMs, () => this.#begin(usualSize));
  }

  #type(payload: Buffer): void {
    if (this.#state.is === 'waiting') this.#begin(usualSize);
    if (this.#state.is === 'beginning') this.#keep(this.#state.typed, payload);
    if (this.#state.is === 'running') this.#state.terminal.write(payload);
  }

  #keep(typed: Buffer[], payload: Buffer): void {
    typed.push(payload);
    const bytes = typed.reduce((sum, { length }) => sum + length, 0);
    if (bytes > typedCeilingBytes) this.#socket.close(1009, 'too much came before the command began');
  }

  #resize(payload: Buffer): void {
    const size = sizeIn(payload.toString());
    if (!size) return;
    if (this.#state.is === 'waiting') this.#begin(size);
    else if (this.#state.is === 'running') this.#state.terminal.resize(size);
  }

  #begin(size: TerminalSize): void {
    if (this.#state.is !== 'waiting') return;
    this.#timer.cancel();
    const { containerId, command } = this.#state;
    const typed: Buffer[] = [];
    this.#state = { is: 'beginning', typed };
    this.#options.runtime.attach(containerId, command, size).then(
      (terminal) => {
        if (this.#state.is === 'ended') return terminal.close();
        this.#state = { is: 'running', terminal };
        this.#run(terminal, typed);
      },
      (error: unknown) => this.#close(error instanceof Error ? error.message : String(error)),
    );
  }

  #run(terminal: TerminalSession, typed: readonly Buffer[]): void {
    terminal.onOutput((chunk) => {
      for (let from = 0; from < chunk.length; from += chunkBytes) {
        this.#stream(payloadTypes.output, chunk.subarray(from, from + chunkBytes));
      }
      if (this.#socket.bufferedAmount > unreadCeilingBytes) this.#socket.terminate();
    });
    for (const bytes of typed) terminal.write(bytes);
    terminal.ended.then(() => this.#close(''));
  }

  #output(payloadType: number, value: object): void {
    this.#stream(payloadType, Buffer.from(JSON.stringify(value)));
  }

  #stream(payloadType: number, payload: Buffer): void {
    const sequence = this.#sent++;
    this.#send({
      type: 'output_stream_data',
      sequence,
      flags: sequence === 0 ? syn : 0,
      payloadType,
      payload,
    });
  }

  #acknowledge({ type, id, sequence }: AgentMessage): void {
    const content = {
      AcknowledgedMessageType: type,
      AcknowledgedMessageId: id,
      AcknowledgedMessageSequenceNumber: sequence,
      IsSequentialMessage: true,
    };
    const payload = Buffer.from(JSON.stringify(content));
    this.#send({ type: 'acknowledge', sequence: 0, flags: whole, payloadType: 0, payload });
  }

  /** Tells the client that the session is over; `output` is what it shows, if anything. */
  #close(output: string): void {
    if (this.#state.is === 'ended') return;
    const { sessionId } = this.#options;
    const content = {
      MessageId: randomUUID(),
      CreatedDate: new Date(this.#options.clock.now()).toISOString(),
      DestinationId: sessionId,
      SessionId: sessionId,
      MessageType: 'channel_closed',
      SchemaVersion: 1,
      Output: output,
    };
    const payload = Buffer.from(JSON.stringify(content));
    this.#send({ type: 'channel_closed', sequence: 0, flags: whole, payloadType: 0, payload });
    this.#socket.close(1000);
    this.end();
  }

  #send(message: Omit<AgentMessage, 'id'>): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(encodeMessage(message, this.#options.clock.now()));
  }
}

function tokenIn(text: string): string {
  try {
    return openingSchema.parse(JSON.parse(text)).TokenValue;
  } catch {
    return '';
  }
}

function sizeIn(text: string): TerminalSize | undefined {
  try {
    const { cols, rows } = sizeSchema.parse(JSON.parse(text));
    return { columns: cols, rows };
  } catch {
    return undefined;
  }
}

function bytesOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : data;
}
