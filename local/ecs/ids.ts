import { randomBytes } from 'node:crypto';

/** Makes the kinds of ids that ECS hands out; deterministic when `random` is. */
export interface Ids {
  /** 32 hexadecimal digits: a task's id. */
  task(): string;
  uuid(): string;
  /** `ecs-svc/` and 19 digits. */
  deployment(): string;
  /** 19 digits. */
  revision(): string;
  /** 21 letters, digits, `-` and `_`. */
  serviceDeployment(): string;
  hex(length: number): string;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-';

export function createIds(random: () => number = secureRandom): Ids {
  const below = (limit: number) => Math.floor(random() * limit);
  const hex = (length: number) => {
    let text = '';
    while (text.length < length)
      text += below(2 ** 32)
        .toString(16)
        .padStart(8, '0');
    return text.slice(0, length);
  };
  const digits = () =>
    `${1 + below(8)}${String(below(1e9)).padStart(9, '0')}${String(below(1e9)).padStart(9, '0')}`;
  return {
    task: () => hex(32),
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'[below(4)]}${hex(3)}-${hex(12)}`,
    deployment: () => `ecs-svc/${digits()}`,
    revision: digits,
    serviceDeployment: () => Array.from({ length: 21 }, () => alphabet[below(64)]).join(''),
    hex,
  };
}

/** An id takes several numbers, and each question to the system takes longer than all of them. */
const pool = { bytes: Buffer.alloc(0), used: 0 };
const poolBytes = 6 * 1024;

function secureRandom(): number {
  if (pool.used >= pool.bytes.length) Object.assign(pool, { bytes: randomBytes(poolBytes), used: 0 });
  const number = pool.bytes.readUIntBE(pool.used, 6) / 2 ** 48;
  pool.used += 6;
  return number;
}
