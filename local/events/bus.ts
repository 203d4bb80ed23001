import type { Clock } from '../support/clock.ts';
import type { Journal, Table } from '../support/journal.ts';
import type { Deliveries } from './deliveries.ts';
import type { EventBus, EventWatch, Rule, ServiceEvent } from './model.ts';
import { compilePattern, type EventTest } from './pattern.ts';

export interface BusesDependencies {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly account: string;
  readonly region: string;
  readonly deliveries: Deliveries;
  readonly watch: EventWatch;
}

/** Event buses and their rules. The bus `default` is always there. */
export class Buses {
  readonly #deps: BusesDependencies;
  readonly #buses: Table<EventBus>;
  readonly #rules: Table<Rule>;
  /** Rules are replaced, never changed, so what a rule matches is found out once. */
  readonly #tests = new WeakMap<Rule, EventTest>();

  constructor(deps: BusesDependencies) {
    this.#deps = deps;
    this.#buses = deps.journal.table('events.buses');
    this.#rules = deps.journal.table('events.rules');
  }

  buses(): readonly EventBus[] {
    return [{ name: 'default', createdMs: 0 }, ...this.#buses.values()];
  }

  hasBus(name: string): boolean {
    return name === 'default' || this.#buses.has(name);
  }

  createBus(name: string): void {
    this.#buses.put(name, { name, createdMs: this.#deps.clock.now() });
  }

  deleteBus(name: string): void {
    this.#buses.delete(name);
  }

  busArn(name: string): string {
    return `arn:aws:events:${this.#deps.region}:${this.#deps.account}:event-bus/${name}`;
  }

  ruleArn({ bus, name }: Pick<Rule, 'bus' | 'name'>): string {
    const path = bus === 'default' ? name : `${bus}/${name}`;
    return `arn:aws:events:${this.#deps.region}:${this.#deps.account}:rule/${path}`;
  }

  rules(bus: string): readonly Rule[] {
    return [...this.#rules.values()].filter((rule) => rule.bus === bus);
  }

  rule(bus: string, name: string): Rule | undefined {
    return this.#rules.get(`${bus}/${name}`);
  }

  /** Stores a rule; its pattern must compile. */
  putRule(rule: Rule): void {
    this.#rules.put(`${rule.bus}/${rule.name}`, rule);
  }

  deleteRule(rule: Rule): void {
    this.#rules.delete(`${rule.bus}/${rule.name}`);
  }

  /** Gives the event to the targets of every rule that matches, in this very turn. */
  publish(event: ServiceEvent, bus: string): void {
    const delaysMs = this.#deps.watch.published(event, bus);
    if (delaysMs.length === 0) return;
    let payload: string | undefined;
    for (const rule of this.#rules.values()) {
      if (rule.bus !== bus || rule.state !== 'ENABLED' || !this.#test(rule)(event)) continue;
      for (const target of rule.targets) {
        payload ??= JSON.stringify(event);
        const told = { eventId: event.id, payload: target.input ?? payload };
        for (const delayMs of delaysMs)
          this.#deps.deliveries.start(this.ruleArn(rule), target, told, delayMs);
      }
    }
  }

  #test(rule: Rule): EventTest {
    const known = this.#tests.get(rule);
    if (known) return known;
    const test = compilePattern(rule.pattern);
    this.#tests.set(rule, test);
    return test;
  }
}
