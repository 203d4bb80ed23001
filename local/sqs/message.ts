import { createHash } from 'node:crypto';

export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string | undefined;
  /** Base64, as the JSON protocol carries it. */
  readonly BinaryValue?: string | undefined;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** What was sent; never changed afterwards. */
export interface Message {
  readonly id: string;
  readonly queue: string;
  readonly body: string;
  readonly attributes?: MessageAttributes;
  readonly traceHeader?: string;
  readonly sentMs: number;
  readonly senderId: string;
  /** The queue that it came from, in a dead-letter queue. */
  readonly sourceArn?: string;
}

/** What became of it since; absent while it is new and visible. */
export interface Delivery {
  readonly visibleAtMs: number;
  readonly receives: number;
  readonly firstReceivedMs?: number;
  /** The token of the latest receipt handle. */
  readonly receipt?: string;
  /** The access key that received it last. */
  readonly holder?: string;
}

export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** The digest that SQS documents for message attributes and that SDKs may verify. */
export function md5OfAttributes(attributes: MessageAttributes): string {
  const hash = createHash('md5');
  const add = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of Object.keys(attributes).sort()) {
    const attribute = attributes[name]!;
    add(Buffer.from(name));
    add(Buffer.from(attribute.DataType));
    const binary = attribute.DataType.startsWith('Binary');
    hash.update(Buffer.from([binary ? 2 : 1]));
    add(
      binary ? Buffer.from(attribute.BinaryValue ?? '', 'base64') : Buffer.from(attribute.StringValue ?? ''),
    );
  }
  return hash.digest('hex');
}

/** The bytes that count against a queue's maximum message size. */
export function sizeOf(body: string, attributes: MessageAttributes = {}): number {
  let bytes = Buffer.byteLength(body);
  for (const [name, attribute] of Object.entries(attributes)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(attribute.DataType);
    bytes += Buffer.byteLength(attribute.StringValue ?? attribute.BinaryValue ?? '');
  }
  return bytes;
}
