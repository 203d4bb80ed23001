import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  type Packet,
  RECURSION_DESIRED,
} from 'dns-packet';
import type { Namespace } from '../model.ts';
import { type FoundRecord, lookUp, type Zones } from './zones.ts';

const rcodes = { none: 0, malformed: 1, noName: 3, notImplemented: 4, refused: 5 } as const;
const truncated = 0x0200;
const plainLimitBytes = 512;
const mostUdpBytes = 4096;

/**
 * The answer to a DNS message; undefined for what is no query at all and gets none. One that does not fit into
 * what the client takes over UDP comes without records and says so, for it to ask again over TCP.
 */
export function answerTo(zones: Zones, message: Buffer, transport: 'udp' | 'tcp'): Buffer | undefined {
  if (message.length < 12 || (message.readUInt16BE(2) & 0x8000) !== 0) return undefined;
  let query: Packet;
  try {
    query = decode(message);
  } catch {
    return encode({ type: 'response', id: message.readUInt16BE(0), flags: rcodes.malformed });
  }
  const answer = answered(zones, query, message.readUInt16BE(2));
  const bytes = encode(answer);
  if (transport === 'tcp' || bytes.length <= limitOf(query)) return bytes;
  const { answers: _answers, authorities: _authorities, additionals: _additionals, ...head } = answer;
  return encode({ ...head, flags: (answer.flags ?? 0) | truncated, additionals: ednsOf(query) });
}

function limitOf(query: Packet): number {
  const edns = query.additionals?.find(({ type }) => type === 'OPT');
  const wanted = edns?.type === 'OPT' ? edns.udpPayloadSize : plainLimitBytes;
  return Math.min(mostUdpBytes, Math.max(plainLimitBytes, wanted));
}

function answered(zones: Zones, query: Packet, flags: number): Packet {
  const [question] = query.questions ?? [];
  const head = {
    type: 'response',
    id: query.id,
    questions: query.questions,
    additionals: ednsOf(query),
  } as const;
  const echoed = flags & RECURSION_DESIRED;
  const refused = (rcode: number): Packet => ({ ...head, flags: echoed | rcode });
  if ((flags & 0x7800) !== 0) return refused(rcodes.notImplemented);
  if (!question || query.questions?.length !== 1) return refused(rcodes.malformed);
  if (question.class !== 'IN') return refused(rcodes.refused);
  const name = question.name.toLowerCase().replace(/\.$/, '');
  const looked = lookUp(zones, name, question.type);
  switch (looked.kind) {
    case 'elsewhere':
      return refused(rcodes.refused);
    case 'found':
      return {
        ...head,
        flags: echoed | AUTHORITATIVE_ANSWER,
        answers: looked.records.map((record) => wireRecord(record, name, question.name)),
        additionals: [...looked.additional.map((record) => wireRecord(record)), ...ednsOf(query)],
      };
    case 'no-data':
    case 'no-name': {
      const rcode = looked.kind === 'no-name' ? rcodes.noName : rcodes.none;
      const authorities = looked.zone ? [soaOf(looked.zone)] : [];
      return { ...head, flags: echoed | AUTHORITATIVE_ANSWER | rcode, authorities };
    }
  }
}

/** The name is answered as it was asked, case included: some resolvers check that. */
function wireRecord(
  { name, type, ttlSeconds: ttl, data }: FoundRecord,
  asked?: string,
  written?: string,
): Answer {
  const shown = name === asked && written !== undefined ? written : name;
  if (typeof data !== 'string') {
    return { type: 'SRV', name: shown, ttl, data: { priority: 1, weight: 1, ...data } };
  }
  return { type: type as 'A' | 'AAAA' | 'CNAME', name: shown, ttl, data };
}

/** `minimum` is how long clients may remember that a name is not there. */
function soaOf({ name, soaTtlSeconds }: Namespace): Answer {
  return {
    type: 'SOA',
    name,
    ttl: soaTtlSeconds,
    data: {
      mname: `ns.${name}`,
      rname: `hostmaster.${name}`,
      serial: 1,
      refresh: 7200,
      retry: 900,
      expire: 1_209_600,
      minimum: soaTtlSeconds,
    },
  };
}

function ednsOf(query: Packet): Answer[] {
  if (!query.additionals?.some(({ type }) => type === 'OPT')) return [];
  return [
    {
      type: 'OPT',
      name: '.',
      udpPayloadSize: mostUdpBytes,
      extendedRcode: 0,
      ednsVersion: 0,
      flags: 0,
      flag_do: false,
      options: [],
    },
  ];
}
