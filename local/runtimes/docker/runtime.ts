import Docker from 'dockerode';
import type { LogSink } from '../../logs/sink.ts';
import { type Clock, realClock } from '../../support/clock.ts';
import type {
  ContainerLaunch,
  ContainerUsage,
  ExitedContainer,
  RunningContainer,
  Runtime,
  TerminalSession,
  TerminalSize,
} from '../runtime.ts';
import { bridgeIsReachable, ifKnown, refusal, statusOf } from './engine.ts';
import { runInside } from './exec.ts';
import { ensureHostNetwork, HOST_ADDRESS } from './host-network.ts';
import { digestOf, ensureImage } from './image.ts';
import { OWNER_LABEL, TASK_LABEL } from './labels.ts';
import { containerName, createOptions } from './options.ts';
import { exitedFrom, networkOwnerOf, runningFrom } from './seen.ts';
import { openTerminal } from './terminal.ts';
import { usageOf } from './usage.ts';
import { removeVolumes } from './volumes.ts';
import { DockerWatch } from './watch.ts';

export interface DockerRuntimeOptions {
  /** Names the data directory that the containers belong to; the next Local AWS finds them by it. */
  readonly owner: string;
  readonly logs: LogSink;
  readonly clock?: Clock;
  /** The engine; by default the one that `DOCKER_HOST` names, or this machine's. */
  readonly docker?: Docker;
  readonly pullTimeoutSeconds?: number;
}

/**
 * Containers of a Docker engine. The first running container of a task has a network of its own, later ones
 * join it. Where ports must be published (Docker Desktop), only those of the first are reached.
 */
export function createDockerRuntime(options: DockerRuntimeOptions): Runtime {
  return new DockerRuntime(options);
}

class DockerRuntime implements Runtime {
  readonly name = 'docker';
  readonly #docker: Docker;
  readonly #owner: string;
  readonly #clock: Clock;
  readonly #pullTimeoutMs: number;
  readonly #watches = new Map<string, DockerWatch>();
  readonly #logs: LogSink;
  readonly #listeners: ((id: string, exit: ExitedContainer) => void)[] = [];
  readonly #closing = new AbortController();
  /** Of each task, the launches that go on: one waits for the other, to join its network. */
  readonly #launches = new Map<string, Promise<unknown>>();
  #reachable: Promise<boolean> | undefined;
  #hostNetwork: Promise<boolean> | undefined;

  constructor({ owner, logs, clock = realClock, docker, pullTimeoutSeconds = 300 }: DockerRuntimeOptions) {
    this.#docker = docker ?? new Docker();
    this.#owner = owner;
    this.#clock = clock;
    this.#pullTimeoutMs = pullTimeoutSeconds * 1000;
    this.#logs = logs;
  }

  async launch(launch: ContainerLaunch): Promise<RunningContainer> {
    const before = this.#launches.get(launch.taskId) ?? Promise.resolve();
    const launched = before.then(() => this.#launch(launch));
    const settled = launched.catch(() => undefined);
    this.#launches.set(launch.taskId, settled);
    settled.then(() => {
      if (this.#launches.get(launch.taskId) === settled) this.#launches.delete(launch.taskId);
    });
    return launched.catch((error) => {
      throw refusal('CannotStartContainerError', error);
    });
  }

  async #launch(launch: ContainerLaunch): Promise<RunningContainer> {
    const earlier = await this.adopt(launch.id);
    if (earlier?.state === 'running') return earlier;
    await this.#remove(launch.id);
    await ensureImage(this.#docker, launch.image, this.#clock, this.#pullTimeoutMs);
    const container = await this.#create(launch);
    try {
      await container.start();
    } catch (error) {
      await container.remove({ force: true });
      throw error;
    }
    const seen = await container.inspect();
    const running = await this.#running(seen);
    this.#watch(launch.id, container, seen);
    return running;
  }

  async #create(launch: ContainerLaunch): Promise<Docker.Container> {
    const joins = await this.#networkOf(launch.taskId);
    const publish = !(await this.#bridgeIsReachable());
    const surroundings = { owner: this.#owner, publish, ...(joins !== undefined && { joins }) };
    try {
      return await this.#docker.createContainer(createOptions(launch, surroundings));
    } catch (error) {
      throw refusal('CannotCreateContainerError', error);
    }
  }

  async adopt(id: string): Promise<RunningContainer | ExitedContainer | undefined> {
    const container = this.#container(id);
    const seen = await ifKnown(container.inspect());
    if (!seen) return undefined;
    if (seen.State.Status === 'created') {
      await container.remove({ force: true });
      return undefined;
    }
    const watch = this.#watch(id, container, seen);
    if (seen.State.Running) return this.#running(seen);
    watch.tellNobody();
    await watch.outputKept;
    return exitedFrom(seen);
  }

  onExit(listener: (id: string, exit: ExitedContainer) => void): void {
    this.#listeners.push(listener);
  }

  async signal(id: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    try {
      await this.#container(id).kill({ signal });
    } catch (error) {
      // 404 is a container that nobody knows, 409 one that has ended.
      if (statusOf(error) !== 404 && statusOf(error) !== 409) throw error;
    }
  }

  async exec(id: string, argv: readonly string[], timeoutMs: number): Promise<number> {
    return runInside(this.#container(id), argv, timeoutMs, this.#clock);
  }

  async stats(ids: readonly string[]): Promise<ReadonlyMap<string, ContainerUsage>> {
    return usageOf(new Map(ids.map((id) => [id, this.#container(id)])));
  }

  async attach(id: string, command: string, size: TerminalSize): Promise<TerminalSession> {
    return openTerminal(this.#container(id), command, size, this.#closing.signal);
  }

  /** Docker Desktop, whose containers live in another machine, gives this one a name. */
  async hostAddress(): Promise<string | undefined> {
    if (!(await this.#bridgeIsReachable())) return 'host.docker.internal';
    this.#hostNetwork ??= ensureHostNetwork(this.#docker);
    return (await this.#hostNetwork) ? HOST_ADDRESS : undefined;
  }

  async remove(id: string): Promise<void> {
    const taskId = (await this.#remove(id))?.Config.Labels[TASK_LABEL];
    if (taskId !== undefined) await removeVolumes(this.#docker, this.#owner, taskId);
  }

  /** What it was; undefined when it runs or is not known. */
  async #remove(id: string): Promise<Docker.ContainerInspectInfo | undefined> {
    const container = this.#container(id);
    const seen = await ifKnown(container.inspect());
    if (!seen || seen.State.Running) return undefined;
    this.#watches.get(id)?.tellNobody();
    await this.#watches.get(id)?.outputKept;
    this.#watches.delete(id);
    await ifKnown(container.remove({ force: true, v: true }));
    return seen;
  }

  async close(): Promise<void> {
    await Promise.all(this.#launches.values());
    this.#listeners.length = 0;
    this.#closing.abort();
    await Promise.all([...this.#watches.values()].map((watch) => watch.outputKept));
    this.#watches.clear();
  }

  #container(id: string): Docker.Container {
    return this.#docker.getContainer(containerName(this.#owner, id));
  }

  #watch(id: string, container: Docker.Container, seen: Docker.ContainerInspectInfo): DockerWatch {
    const known = this.#watches.get(id);
    if (known?.runtimeId === seen.Id) return known;
    const watch = new DockerWatch(container, seen, this.#logs, this.#clock, this.#closing.signal);
    this.#watches.set(id, watch);
    watch.exit.then((exit) => {
      if (exit) for (const listener of this.#listeners) listener(id, exit);
    });
    return watch;
  }

  async #running(seen: Docker.ContainerInspectInfo): Promise<RunningContainer> {
    const networkOwner = networkOwnerOf(seen);
    const network = networkOwner && (await ifKnown(this.#docker.getContainer(networkOwner).inspect()));
    const running = runningFrom(seen, network || seen, await this.#bridgeIsReachable());
    const image = await ifKnown(this.#docker.getImage(seen.Image).inspect());
    return image ? { ...running, imageDigest: digestOf(image) } : running;
  }

  async #networkOf(taskId: string): Promise<string | undefined> {
    const label = [`${OWNER_LABEL}=${this.#owner}`, `${TASK_LABEL}=${taskId}`];
    const running = await this.#docker.listContainers({ filters: { label, status: ['running'] } });
    return running.find(({ HostConfig }) => !HostConfig.NetworkMode.startsWith('container:'))?.Id;
  }

  #bridgeIsReachable(): Promise<boolean> {
    this.#reachable ??= bridgeIsReachable(this.#docker);
    return this.#reachable;
  }
}
