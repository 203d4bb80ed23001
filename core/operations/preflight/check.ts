/** What was looked at before a deployment, and what came of it. */
export interface Check {
  readonly name: CheckName;
  /** `not_checked`: nobody could say, which is no promise. */
  readonly result: 'ok' | 'warning' | 'problem' | 'not_checked';
  readonly text: string;
  /** What to do about it. */
  readonly advice?: string;
}

export type CheckName =
  | 'image'
  | 'secret'
  | 'role'
  | 'network'
  | 'load_balancer'
  | 'rollout'
  | 'quota'
  | 'owner';

export const ok = (name: CheckName, text: string): Check => ({ name, result: 'ok', text });
export const notChecked = (name: CheckName, text: string, advice?: string): Check => ({
  ...{ name, result: 'not_checked', text },
  ...(advice !== undefined && { advice }),
});
export const warning = (name: CheckName, text: string, advice: string): Check => ({
  ...{ name, result: 'warning', text, advice },
});
export const problem = (name: CheckName, text: string, advice: string): Check => ({
  ...{ name, result: 'problem', text, advice },
});
