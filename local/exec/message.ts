import { createHash, randomUUID } from 'node:crypto';

/**
 * Messages as Session Manager's agent and plugin exchange them: a header of 120 bytes, big-endian, then the payload.
 *
 * `| header length 4 | type 32 | schema version 4 | created 8 | sequence 8 | flags 8 | id 16 | digest 32 | payload
 * type 4 | payload length 4 | payload |`; the header's length does not count the payload's own length. The id is a
 * UUID whose halves have changed places, the digest is SHA-256.
 */
export interface AgentMessage {
  readonly type: string;
  readonly sequence: number;
  readonly flags: number;
  readonly id: string;
  readonly payloadType: number;
  readonly payload: Buffer;
}

export const payloadTypes = {
  output: 1,
  size: 3,
  handshakeRequest: 5,
  handshakeResponse: 6,
  handshakeComplete: 7,
  flag: 10,
  /** Of a message that says: now you may send. */
  startPublication: 17,
} as const;

/** What a payload of the type `flag` says. */
export const terminateSession = 2;

const headerLength = 116;
const at = {
  type: 4,
  version: 36,
  created: 40,
  sequence: 48,
  flags: 56,
  id: 64,
  digest: 80,
  payloadType: 112,
};

export function encodeMessage(message: Omit<AgentMessage, 'id'>, createdMs: number): Buffer {
  const { type, sequence, flags, payloadType, payload } = message;
  const bytes = Buffer.alloc(headerLength + 4 + payload.length);
  bytes.writeUInt32BE(headerLength, 0);
  bytes.fill(' ', at.type, at.version);
  bytes.write(type, at.type, 32, 'utf8');
  bytes.writeUInt32BE(1, at.version);
  bytes.writeBigUInt64BE(BigInt(createdMs), at.created);
  bytes.writeBigInt64BE(BigInt(sequence), at.sequence);
  bytes.writeBigUInt64BE(BigInt(flags), at.flags);
  const id = Buffer.from(randomUUID().replaceAll('-', ''), 'hex');
  id.copy(bytes, at.id, 8, 16);
  id.copy(bytes, at.id + 8, 0, 8);
  createHash('sha256').update(payload).digest().copy(bytes, at.digest);
  bytes.writeUInt32BE(payloadType, at.payloadType);
  bytes.writeUInt32BE(payload.length, headerLength);
  payload.copy(bytes, headerLength + 4);
  return bytes;
}

/**
 * Undefined for what is no such message, or is not whole. The digest is not looked at: there are clients about that get
 * it wrong, and AWS takes what they send.
 */
export function decodeMessage(bytes: Buffer): AgentMessage | undefined {
  if (bytes.length < headerLength + 4) return undefined;
  const start = bytes.readUInt32BE(0) + 4;
  if (start < headerLength + 4 || start > bytes.length) return undefined;
  const payload = bytes.subarray(start);
  if (payload.length !== bytes.readUInt32BE(start - 4)) return undefined;
  const hex = Buffer.concat([
    bytes.subarray(at.id + 8, at.id + 16),
    bytes.subarray(at.id, at.id + 8),
  ]).toString('hex');
  return {
    type: bytes.toString('utf8', at.type, at.version).replaceAll('\0', ' ').trim(),
    sequence: Number(bytes.readBigInt64BE(at.sequence)),
    flags: Number(bytes.readBigUInt64BE(at.flags)),
    id: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    payloadType: bytes.readUInt32BE(at.payloadType),
    payload,
  };
}
