import { randomUUID } from 'node:crypto';
import type { Clock } from '../../support/clock.ts';
import type { QueueSource } from '../settings.ts';
import type { Link } from './link.ts';
import type { LocalClient, QueuedMessage } from './local-client.ts';
import type { Outcome } from './outcome.ts';
import { batchEvent, failedIds } from './queue-event.ts';

export interface PollerOptions {
  readonly source: QueueSource;
  readonly region: string;
  readonly client: LocalClient;
  readonly link: Link;
  readonly clock: Clock;
  invoke(requestId: string, payload: string): Promise<Outcome>;
}

const longestPollSeconds = 20;
/**
 * The next batch waits for the one before, this long: batches at once only take each other's time on one machine, and
 * looks at the same thing undo each other's work. What comes meanwhile is in one batch, where several looks are one.
 */
const patienceMs = 500;
const deleteTries = 40;
const deletePauseMs = 250;

/** Feeds a queue's messages to a function as Lambda's event source mapping does; several batches at once if they are slow. */
export class Poller {
  readonly #options: PollerOptions;
  readonly #stopping = new AbortController();
  readonly #batches = new Set<Promise<void>>();
  /** The batch that was begun last is done, or slow. */
  #turn = Promise.resolve();
  readonly #loop: Promise<void>;

  constructor(options: PollerOptions) {
    this.#options = options;
    this.#loop = this.#poll();
  }

  /** Takes nothing more; resolves when what it holds is done. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
    await Promise.all(this.#batches);
  }

  async #poll(): Promise<void> {
    const { link, source } = this.#options;
    while (!this.#stopping.signal.aborted) {
      await this.#turn;
      if (this.#batches.size >= source.maxConcurrency) await Promise.race(this.#batches);
      try {
        const messages = await this.#receive();
        if (messages.length > 0) this.#begin(messages);
      } catch {
        // Local AWS went away, with an answer to us perhaps: before we ask again it must hear what we hold.
        if (!this.#stopping.signal.aborted) await link.announced();
      }
    }
  }

  #begin(messages: readonly QueuedMessage[]): void {
    const batch: Promise<void> = this.#handle(messages).finally(() => this.#batches.delete(batch));
    this.#batches.add(batch);
    const slow = Promise.withResolvers<void>();
    const timer = this.#options.clock.after(patienceMs, slow.resolve);
    this.#turn = Promise.race([batch, slow.promise]).finally(() => timer.cancel());
  }

  /** One batch: a long poll, and what else is there at once if more than a receive can hold is wanted. */
  async #receive(): Promise<readonly QueuedMessage[]> {
    const messages: QueuedMessage[] = [];
    const { batchSize } = this.#options.source;
    for (let waitSeconds = longestPollSeconds; messages.length < batchSize; waitSeconds = 0) {
      const wanted = Math.min(10, batchSize - messages.length);
      const more = await this.#receiveOnce(wanted, waitSeconds).catch((error: unknown) => {
        if (messages.length === 0) throw error;
        return [];
      });
      messages.push(...more);
      if (more.length < wanted) break;
    }
    return messages;
  }

  async #receiveOnce(max: number, waitSeconds: number): Promise<readonly QueuedMessage[]> {
    const { client, source, link } = this.#options;
    const { Messages: messages = [] } = await client.sqs<{ readonly Messages?: readonly QueuedMessage[] }>(
      'ReceiveMessage',
      {
        QueueUrl: source.url,
        MaxNumberOfMessages: max,
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      },
      this.#stopping.signal,
    );
    for (const message of messages) link.holding.add(message.MessageId);
    return messages;
  }

  async #handle(messages: readonly QueuedMessage[]): Promise<void> {
    const { source, region, invoke, link } = this.#options;
    const event = batchEvent(messages, source.arn, region);
    const outcome = await invoke(randomUUID(), JSON.stringify(event));
    const failed = failedIds(outcome, messages);
    await this.#delete(messages.filter((message) => !failed.has(message.MessageId)));
    for (const message of messages) link.holding.delete(message.MessageId);
  }

  /** A deletion that is lost would run the messages again, so it outlasts a restart of Local AWS. */
  async #delete(messages: readonly QueuedMessage[]): Promise<void> {
    const { client, source, clock } = this.#options;
    for (let from = 0; from < messages.length; from += 10) {
      const Entries = messages.slice(from, from + 10).map((message, index) => ({
        Id: String(index),
        ReceiptHandle: message.ReceiptHandle,
      }));
      for (let tries = 1; tries <= deleteTries; tries += 1) {
        const done = await client.sqs('DeleteMessageBatch', { QueueUrl: source.url, Entries }).then(
          () => true,
          () => false,
        );
        if (done) break;
        await new Promise<void>((resolve) => void clock.after(deletePauseMs, resolve));
      }
    }
  }
}
