import { randomUUID } from 'node:crypto';
import { type Agenda, createAgenda } from '../support/agenda.ts';
import type { Clock } from '../support/clock.ts';
import type { Journal, Table } from '../support/journal.ts';
import { AwsError } from '../support/service.ts';
import { Line, type Received, type ReceiveOptions } from './line.ts';
import { type Delivery, type Message, type MessageAttributes, sizeOf } from './message.ts';
import { defaultSettings, type Queue, type QueueSettings } from './queue.ts';

export interface QueuesDependencies {
  readonly journal: Journal;
  readonly clock: Clock;
  /** The time by which long polls end, where `clock` is another: who polls waits by the time of the machine. */
  readonly pollClock?: Clock;
  readonly account: string;
  readonly region: string;
}

export interface Sent {
  readonly body: string;
  readonly attributes?: MessageAttributes | undefined;
  readonly traceHeader?: string | undefined;
  /** Overrides the queue's own delay. */
  readonly delaySeconds?: number | undefined;
  readonly senderId?: string | undefined;
}

/** The most messages that a standard queue lets be in flight. */
const maximumInFlight = 120_000;

/** The queues and their messages: durable in the journal, lined up in memory. */
export class Queues {
  readonly #deps: QueuesDependencies;
  readonly #queues: Table<Queue>;
  readonly #messages: Table<Message>;
  readonly #deliveries: Table<Delivery>;
  readonly #lines = new Map<string, Line>();
  /** When hidden and delayed messages become visible; keys as in the journal. */
  readonly #hidden: Agenda;

  constructor(deps: QueuesDependencies) {
    this.#deps = deps;
    this.#queues = deps.journal.table('sqs.queues');
    this.#messages = deps.journal.table('sqs.messages');
    this.#deliveries = deps.journal.table('sqs.deliveries');
    this.#hidden = createAgenda(deps.clock, (key) => this.#appear(key));
    for (const [key, message] of [...this.#messages.entries()]) this.#resume(key, message);
  }

  all(): readonly Queue[] {
    return [...this.#queues.values()];
  }

  get(name: string): Queue | undefined {
    return this.#queues.get(name);
  }

  arnOf(name: string): string {
    return `arn:aws:sqs:${this.#deps.region}:${this.#deps.account}:${name}`;
  }

  /** The queue of this ARN, where it is one of this account and region. */
  byArn(arn: string): Queue | undefined {
    const name = arn.slice(arn.lastIndexOf(':') + 1);
    return arn === this.arnOf(name) ? this.get(name) : undefined;
  }

  put(name: string, settings: QueueSettings = defaultSettings, tags: Queue['tags'] = {}): Queue {
    const now = this.#deps.clock.now();
    const known = this.#queues.get(name);
    const queue: Queue = { name, createdMs: known?.createdMs ?? now, modifiedMs: now, settings, tags };
    this.#queues.put(name, queue);
    return queue;
  }

  delete(queue: Queue): void {
    this.purge(queue);
    this.#line(queue.name).cancel(() => true);
    this.#lines.delete(queue.name);
    this.#queues.delete(queue.name);
  }

  send(queue: Queue, sent: Sent): Message {
    const bytes = sizeOf(sent.body, sent.attributes);
    if (bytes > queue.settings.maximumBytes) {
      const most = queue.settings.maximumBytes;
      throw new AwsError(
        'InvalidParameterValue',
        `The message has ${bytes} bytes; ${queue.name} takes ${most}.`,
      );
    }
    const { body, attributes, traceHeader } = sent;
    const message: Message = {
      id: randomUUID(),
      queue: queue.name,
      body,
      sentMs: this.#deps.clock.now(),
      senderId: sent.senderId ?? this.#deps.account,
      ...(attributes ? { attributes } : {}),
      ...(traceHeader ? { traceHeader } : {}),
    };
    this.#enqueue(message, sent.delaySeconds ?? queue.settings.delaySeconds);
    return message;
  }

  /** Up to `max` messages; waits for the first as long as asked. */
  receive(queue: Queue, options: ReceiveOptions): Promise<readonly Received[]> {
    const line = this.#line(queue.name);
    if (line.inFlight.size >= maximumInFlight) {
      throw new AwsError('OverLimit', `${queue.name} has ${maximumInFlight} messages in flight.`, 403);
    }
    return line.receive(options);
  }

  /** Deletes the message of the latest receipt; a stale or unknown one changes nothing, as at AWS. */
  remove(queue: Queue, handle: string): void {
    const held = this.#held(queue, handle);
    if (held) this.#forget(held.key, held.id);
  }

  /** Hides a message in flight for `seconds` from now; 0 makes it visible. */
  hide(queue: Queue, handle: string, seconds: number): void {
    const held = this.#held(queue, handle);
    if (!held || !this.#line(queue.name).inFlight.has(held.id)) {
      throw new AwsError(
        'MessageNotInflight',
        'The message is not in flight, or this receipt is not its latest.',
      );
    }
    const visibleAtMs = this.#deps.clock.now() + seconds * 1000;
    this.#deliveries.put(held.key, { ...held.delivery, visibleAtMs });
    this.#hidden.set(held.key, visibleAtMs);
  }

  purge(queue: Queue): void {
    for (const [key, message] of [...this.#messages.entries()]) {
      if (message.queue === queue.name) this.#forget(key, message.id);
    }
  }

  counts(queue: Queue): { readonly visible: number; readonly inFlight: number; readonly delayed: number } {
    const line = this.#line(queue.name);
    return { visible: line.ready.size, inFlight: line.inFlight.size, delayed: line.delayed.size };
  }

  /** Moves every visible message of a dead-letter queue to `destination`, or back to where it came from. */
  redrive(queue: Queue, destination: Queue | undefined): number {
    let moved = 0;
    for (const id of [...this.#line(queue.name).ready]) {
      const { sourceArn, ...message } = this.#messages.get(keyOf(queue.name, id))!;
      const target = destination ?? (sourceArn === undefined ? undefined : this.byArn(sourceArn));
      if (!target) continue;
      this.#forget(keyOf(queue.name, id), id);
      this.#enqueue({ ...message, queue: target.name }, 0);
      moved += 1;
    }
    return moved;
  }

  /**
   * Takes messages back from receivers that are known to be dead: they are visible at once, and the receive
   * does not count, for it says nothing about the message. Their open polls are ended. `isDead` is asked with
   * the id of each message in flight, and without one about a poll.
   */
  release(isDead: (holder: string, messageId?: string) => boolean): void {
    for (const line of this.#lines.values()) line.cancel((holder) => isDead(holder));
    for (const [key, delivery] of [...this.#deliveries.entries()]) {
      const { holder, receipt: _, ...rest } = delivery;
      const id = key.slice(key.indexOf('/') + 1);
      if (holder === undefined || !this.#hidden.has(key) || !isDead(holder, id)) continue;
      this.#deliveries.put(key, { ...rest, receives: Math.max(0, rest.receives - 1) });
      this.#hidden.delete(key);
      this.#appear(key);
    }
  }

  /** Ids of the messages in flight that are in the hands of such a receiver. */
  heldBy(isMeant: (holder: string) => boolean): string[] {
    return [...this.#deliveries.entries()].flatMap(([key, { holder, receipt }]) =>
      holder !== undefined && this.#hidden.has(key) && isMeant(holder) ? [`${key} ${receipt}`] : [],
    );
  }

  /** Forgets everything in memory; the journal was emptied before. */
  reset(): void {
    for (const line of this.#lines.values()) line.cancel(() => true);
    this.#lines.clear();
    this.#hidden.clear();
  }

  #enqueue(message: Message, delaySeconds: number): void {
    const key = keyOf(message.queue, message.id);
    this.#messages.put(key, message);
    if (delaySeconds === 0) {
      this.#line(message.queue).add(message.id);
      return;
    }
    const visibleAtMs = this.#deps.clock.now() + delaySeconds * 1000;
    this.#deliveries.put(key, { visibleAtMs, receives: 0 });
    this.#line(message.queue).delayed.add(message.id);
    this.#hidden.set(key, visibleAtMs);
  }

  #resume(key: string, message: Message): void {
    const delivery = this.#deliveries.get(key);
    const line = this.#line(message.queue);
    if (!delivery || delivery.visibleAtMs <= this.#deps.clock.now()) {
      this.#appear(key);
      return;
    }
    (delivery.receives === 0 ? line.delayed : line.inFlight).add(message.id);
    this.#hidden.set(key, delivery.visibleAtMs);
  }

  /** A message whose time of being hidden is over: back into the line, or to the dead-letter queue. */
  #appear(key: string): void {
    const message = this.#messages.get(key);
    if (!message) return;
    const line = this.#line(message.queue);
    line.inFlight.delete(message.id);
    line.delayed.delete(message.id);
    const redrive = this.#queues.get(message.queue)?.settings.redrive;
    const deadLetters = redrive && this.byArn(redrive.deadLetterTargetArn);
    const receives = this.#deliveries.get(key)?.receives ?? 0;
    if (!deadLetters || receives < redrive.maxReceiveCount) {
      line.add(message.id);
      return;
    }
    this.#forget(key, message.id);
    this.#enqueue({ ...message, queue: deadLetters.name, sourceArn: this.arnOf(message.queue) }, 0);
  }

  #take(queueName: string, id: string, options: ReceiveOptions): Received | undefined {
    const key = keyOf(queueName, id);
    const message = this.#messages.get(key);
    const queue = this.#queues.get(queueName);
    if (!message || !queue) return undefined;
    const now = this.#deps.clock.now();
    if (message.sentMs + queue.settings.retentionSeconds * 1000 <= now) {
      this.#forget(key, id);
      return undefined;
    }
    const before = this.#deliveries.get(key);
    const visibleAtMs = now + (options.visibilitySeconds ?? queue.settings.visibilitySeconds) * 1000;
    const delivery = {
      visibleAtMs,
      receives: (before?.receives ?? 0) + 1,
      firstReceivedMs: before?.firstReceivedMs ?? now,
      receipt: randomUUID(),
      ...(options.holder === undefined ? {} : { holder: options.holder }),
    };
    this.#deliveries.put(key, delivery);
    this.#line(queueName).inFlight.add(id);
    this.#hidden.set(key, visibleAtMs);
    return { message, delivery, handle: `${id}~${delivery.receipt}` };
  }

  #held(queue: Queue, handle: string): { key: string; id: string; delivery: Delivery } | undefined {
    const [id, receipt, more] = handle.split('~');
    if (!id || !receipt || more !== undefined || id.length !== 36 || receipt.length !== 36) {
      throw new AwsError(
        'ReceiptHandleIsInvalid',
        'The receipt handle is not one that ReceiveMessage gave.',
        404,
      );
    }
    const key = keyOf(queue.name, id);
    const delivery = this.#deliveries.get(key);
    return delivery?.receipt === receipt ? { key, id, delivery } : undefined;
  }

  #forget(key: string, id: string): void {
    const queueName = this.#messages.get(key)?.queue;
    if (queueName !== undefined) this.#line(queueName).drop(id);
    this.#hidden.delete(key);
    this.#deliveries.delete(key);
    this.#messages.delete(key);
  }

  #line(name: string): Line {
    let line = this.#lines.get(name);
    if (!line) {
      line = new Line(this.#deps.pollClock ?? this.#deps.clock, (id, options) =>
        this.#take(name, id, options),
      );
      this.#lines.set(name, line);
    }
    return line;
  }
}

function keyOf(queueName: string, id: string): string {
  return `${queueName}/${id}`;
}
