import { z } from 'zod';
import { globMatcher } from '../../iam/glob.ts';
import type { Table } from '../../support/journal.ts';
import { AwsError } from '../../support/service.ts';
import { type ContainerLaunch, RuntimeError } from '../runtime.ts';
import type { ScriptedContainer } from './runtime.ts';
import { type Script, scriptInput, scriptOf } from './script.ts';

/** What all containers of some images do. */
export const scriptRule = z.strictObject({
  /** `*` stands for any characters, `?` for one. */
  image: z.string().min(1).max(255),
  /** Only the containers of this name. */
  container: z.string().min(1).max(255).optional(),
  script: scriptInput,
});

export type ScriptRule = z.output<typeof scriptRule>;

type Placed = Pick<ContainerLaunch, 'image' | 'containerName'>;

const label = 'berth.script';
const variable = 'BERTH_SCRIPT';
const mostRules = 1000;

/**
 * Which script a container follows: of its docker label `berth.script`, over that its environment variable
 * `BERTH_SCRIPT`, over that the rules for its image, the newest last.
 */
export class Scripts {
  readonly #rules: Table<ScriptRule>;

  constructor(rules: Table<ScriptRule>) {
    this.#rules = rules;
  }

  all(): readonly ScriptRule[] {
    return [...this.#rules.values()];
  }

  /** Takes the place of the rule for the same image and container. */
  put(rule: ScriptRule): void {
    const key = `${rule.image} ${rule.container ?? ''}`;
    this.#rules.delete(key);
    if (this.#rules.size >= mostRules)
      throw new AwsError('LimitExceededException', `There may be ${mostRules} scripts at most.`);
    this.#rules.put(key, rule);
  }

  clear(): void {
    for (const { image, container } of this.all()) this.#rules.delete(`${image} ${container ?? ''}`);
  }

  /** Throws a `RuntimeError` where the container's own script cannot be read. */
  of(launch: ContainerLaunch): Script {
    const own = [parsed(label, launch.labels[label]), parsed(variable, launch.environment[variable])];
    const ruled = this.all().filter((rule) => isMeant(rule, launch));
    return Object.assign({}, ...own, ...ruled.map(({ script }) => scriptOf(script)));
  }
}

/** Whether the rule is about this container. */
export function isMeant(rule: ScriptRule, container: Placed | ScriptedContainer): boolean {
  if (rule.container !== undefined && rule.container !== container.containerName) return false;
  return globMatcher(rule.image)(container.image);
}

function parsed(source: string, text: string | undefined): Script {
  if (text === undefined) return {};
  try {
    return scriptOf(scriptInput.parse(JSON.parse(text)));
  } catch (error) {
    const [issue] = error instanceof z.ZodError ? error.issues : [];
    const why = issue ? `${issue.path.join('.')}: ${issue.message}` : 'it is not valid JSON';
    throw new RuntimeError(`CannotCreateContainerError: ${source} is no script: ${why}`);
  }
}
