import { describe, expect, it } from 'vitest';
import type { CallJson, JsonAnswer } from './json-call.ts';
import { secretsManager } from './secrets.ts';

const arn = 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:github-webhook-a1b2c3';
const minute = 60_000;

function startSecrets() {
  let now = 1_000_000;
  const asked: Parameters<CallJson>[0][] = [];
  const logged: string[] = [];
  let answer: JsonAnswer | Error = { ok: true, value: { SecretString: 'one' } };
  const call: CallJson = async (one) => {
    asked.push(one);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const write = (message: string, fields?: object) =>
    void logged.push(JSON.stringify({ message, ...fields }));
  const log = { info: write, warn: write, error: write };
  return {
    ...{ asked, logged },
    secrets: secretsManager(call, { now: () => now }, log),
    answers(next: JsonAnswer | Error) {
      answer = next;
    },
    pass(ms: number) {
      now += ms;
    },
  };
}

describe('a secret', () => {
  it('is asked for in its own region, and kept for some minutes', async () => {
    const { secrets, asked, answers, pass } = startSecrets();
    expect(await secrets.read(arn)).toBe('one');
    answers({ ok: true, value: { SecretString: 'two' } });
    pass(4 * minute);
    expect(await secrets.read(arn)).toBe('one');
    pass(2 * minute);
    expect(await secrets.read(arn)).toBe('two');
    expect(asked).toMatchObject([
      { target: 'secretsmanager.GetSecretValue', region: 'eu-central-1', input: { SecretId: arn } },
      {},
    ]);
  });

  it('is asked for anew where it is doubted, but not for each who doubts it', async () => {
    const { secrets, asked, answers, pass } = startSecrets();
    await secrets.read(arn);
    answers({ ok: true, value: { SecretString: 'two' } });
    for (let time = 0; time < 20; time++) expect(await secrets.read(arn, { fresh: true })).toBe('one');
    pass(minute);
    for (let time = 0; time < 20; time++) expect(await secrets.read(arn, { fresh: true })).toBe('two');
    expect(asked).toHaveLength(2);
  });

  it('that is not there, or is no text, is none', async () => {
    const { secrets, answers, pass } = startSecrets();
    answers({ ok: false, code: 'ResourceNotFoundException', message: 'no' });
    expect(await secrets.read(arn)).toBeUndefined();
    pass(10 * minute);
    answers({ ok: true, value: { SecretBinary: 'AAAA' } });
    expect(await secrets.read(arn)).toBeUndefined();
  });

  it.each([
    ['is refused', { ok: false, code: 'AccessDeniedException', message: 'canary' } as const],
    ['does not come', new Error('canary')],
  ])('that %s is unavailable, is told without what was said, and is asked for again soon', async (_, is) => {
    const { secrets, asked, logged, answers, pass } = startSecrets();
    answers(is);
    await expect(secrets.read(arn)).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(secrets.read(arn)).rejects.toMatchObject({ message: expect.not.stringContaining('canary') });
    expect(logged).toHaveLength(1);
    expect(logged[0]).not.toContain('canary');
    expect(asked).toHaveLength(1);
    answers({ ok: true, value: { SecretString: 'one' } });
    pass(minute);
    expect(await secrets.read(arn)).toBe('one');
  });
});
