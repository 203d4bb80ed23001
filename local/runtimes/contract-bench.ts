import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, vi } from 'vitest';
import { createLogs, type Logs } from '../logs/logs.ts';
import type { ContainerLaunch, ExitedContainer, RunningContainer, Runtime } from './runtime.ts';

/** A runtime to hold to the contract. */
export interface Candidate {
  readonly name: 'docker' | 'process';
  /** An image that has Node and a shell. */
  readonly image: string;
  open(directory: string, logs: Logs): Runtime;
}

const HOST_PROGRAM = fileURLToPath(new URL('./contract-host.ts', import.meta.url));
const PATIENCE = { timeout: 10_000, interval: 10 };

/** A candidate with a data directory and logs of its own, and what a test of the contract does with it. */
export class Bench {
  runtime!: Runtime;
  /** Every exit that was told, in order. */
  exits: [id: string, exit: ExitedContainer][] = [];
  readonly #candidate: Candidate;
  readonly #directory = mkdtempSync(join(tmpdir(), 'berth-runtime-'));
  readonly #launched = new Set<string>();
  #logs!: Logs;
  #host: ChildProcess | undefined;

  constructor(candidate: Candidate) {
    this.#candidate = candidate;
    this.#open();
  }

  #open(): void {
    this.exits = [];
    this.#logs = createLogs({ directory: join(this.#directory, 'logs') });
    this.runtime = this.#candidate.open(this.#directory, this.#logs);
    this.runtime.onExit((id, exit) => this.exits.push([id, exit]));
  }

  /** Another runtime over the same data, as after a restart of Local AWS. */
  async restart(): Promise<void> {
    await this.runtime.close();
    this.#logs.close();
    this.#open();
  }

  /** Kills and removes everything, and sees that nothing is left. */
  async dispose(): Promise<void> {
    this.#host?.kill('SIGKILL');
    for (const id of this.#launched) {
      const found = await this.runtime.adopt(id);
      if (found?.state === 'running') {
        await this.runtime.signal(id, 'SIGKILL');
        await this.exitOf(id);
      }
      await this.runtime.remove(id);
      expect(await this.runtime.adopt(id)).toBeUndefined();
    }
    await this.runtime.close();
    this.#logs.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** A container of a task of its own that runs `script` in Node. */
  launchOf(script: string, more: Partial<ContainerLaunch> = {}): ContainerLaunch {
    const taskId = more.taskId ?? crypto.randomUUID().replaceAll('-', '');
    const containerName = more.containerName ?? 'web';
    const launch = {
      id: `${taskId}-${containerName}`,
      taskArn: `arn:aws:ecs:us-east-1:000000000000:task/berth/${taskId}`,
      taskId,
      containerName,
      image: this.#candidate.image,
      command: ['node', '-e', script],
      environment: {},
      labels: {},
      ports: [],
      // As this user, so that a test may kill it from outside.
      user: String(process.getuid?.() ?? 0),
      log: { group: '/berth/contract', stream: `${containerName}/${taskId}` },
      ...more,
    };
    this.#launched.add(launch.id);
    return launch;
  }

  exitOf(id: string): Promise<ExitedContainer> {
    return vi.waitFor(() => {
      const exit = this.exits.find(([exited]) => exited === id)?.[1];
      expect(exit, `${id} runs`).toBeDefined();
      return exit!;
    }, PATIENCE);
  }

  async linesOf({ log }: ContainerLaunch): Promise<string[]> {
    const input = { logGroupName: log!.group, logStreamNames: [log!.stream] };
    const answer = await this.#logs.service.call('FilterLogEvents', input, {});
    return (answer as { events: { message: string }[] }).events.map((event) => event.message);
  }

  untilPrinted(launch: ContainerLaunch, line: string): Promise<void> {
    return vi.waitFor(async () => expect(await this.linesOf(launch)).toContain(line), PATIENCE);
  }

  /** What a server answers; it is asked until it does. */
  ask(running: RunningContainer, port: number): Promise<Record<string, string>> {
    const url = `http://${running.address}:${running.publishedPorts?.[port] ?? port}/`;
    return vi.waitFor(async () => (await fetch(url)).json() as Promise<Record<string, string>>, PATIENCE);
  }

  /** Launches from a process that is then killed with SIGKILL; `takeOver` comes next. */
  async launchAndBeKilled(launches: ContainerLaunch[]): Promise<Map<string, RunningContainer>> {
    await this.runtime.close();
    this.#logs.close();
    const order = JSON.stringify({ runtime: this.#candidate.name, directory: this.#directory, launches });
    const host = spawn(process.execPath, [HOST_PROGRAM, order], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#host = host;
    let answer = '';
    for await (const chunk of host.stdout) {
      answer += chunk;
      if (answer.endsWith('\n')) break;
    }
    const gone = new Promise((resolve) => host.once('exit', resolve));
    host.kill('SIGKILL');
    await gone;
    return new Map(JSON.parse(answer) as [string, RunningContainer][]);
  }

  /** Opens what a killed process has left. */
  takeOver(): void {
    this.#open();
  }
}
