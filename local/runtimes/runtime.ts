/**
 * Where containers run: Docker, host processes, or a script in tests.
 *
 * A runtime knows containers and addresses; it knows nothing of task states, services or events. Containers
 * outlive Local AWS: after a restart `adopt` says what became of each.
 */
export interface Runtime {
  readonly name: 'docker' | 'process' | 'scripted';
  /**
   * Starts one container and resolves when it runs. Containers of one task share an address; the task's
   * first container gets it. Throws a `RuntimeError` whose message is a stopped-task reason in ECS's words.
   * Launching an id that already runs answers with what runs.
   */
  launch(container: ContainerLaunch): Promise<RunningContainer>;
  /** What became of a container launched earlier, perhaps before a restart; undefined when it is unknown. */
  adopt(id: string): Promise<RunningContainer | ExitedContainer | undefined>;
  /** Tells of every exit, once, also of adopted containers. */
  onExit(listener: (id: string, exit: ExitedContainer) => void): void;
  /** Sends a signal; unknown and ended containers are left alone. */
  signal(id: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Runs a command beside the container's own (a health check) and resolves with its exit code. */
  exec(id: string, argv: readonly string[], timeoutMs: number): Promise<number>;
  /** Removes what an ended container left behind, its log excepted. */
  remove(id: string): Promise<void>;
  /** Lets go of everything without stopping a container. */
  close(): Promise<void>;
}

export interface ContainerLaunch {
  /** Unique and stable: `<task id>-<container name>`. */
  readonly id: string;
  readonly taskArn: string;
  readonly taskId: string;
  readonly containerName: string;
  readonly image: string;
  readonly entryPoint?: readonly string[];
  readonly command?: readonly string[];
  readonly workingDirectory?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly user?: string;
  /** The container definition's docker labels. `berth.run` (a JSON array) and `berth.directory` say how the process runtime runs it. */
  readonly labels: Readonly<Record<string, string>>;
  /** CPU units, 1024 to a core. */
  readonly cpuUnits?: number;
  readonly memoryMiB?: number;
  readonly ports: readonly number[];
  /** Where its output goes, as `awslogs` names it. */
  readonly log?: { readonly group: string; readonly stream: string };
}

export interface RunningContainer {
  readonly state: 'running';
  readonly runtimeId: string;
  /** Where its ports are reached from this machine. */
  readonly address: string;
  /** `port` of the container to the port on `address`, where they differ. */
  readonly publishedPorts?: Readonly<Record<number, number>>;
  readonly imageDigest?: string;
  /** The process on this machine, where there is one. */
  readonly pid?: number;
}

export interface ExitedContainer {
  readonly state: 'exited';
  /** 137 for SIGKILL, 143 for SIGTERM; undefined when it could not be learnt. */
  readonly exitCode?: number;
  /** In ECS's words, for example `OutOfMemoryError: Container killed due to memory usage`. */
  readonly reason?: string;
}

/** A container that could not be started; the message begins with ECS's error family. */
export class RuntimeError extends Error {
  override readonly name = 'RuntimeError';
}
