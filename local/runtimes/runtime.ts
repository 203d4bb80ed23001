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
  /** What running containers use, by id, by one look at all of them; what is not running is left out. */
  stats(ids: readonly string[]): Promise<ReadonlyMap<string, ContainerUsage>>;
  /**
   * Runs a shell command beside the container's own, for somebody at a terminal. Throws a `RuntimeError` when the
   * container does not run.
   */
  attach(id: string, command: string, size: TerminalSize): Promise<TerminalSession>;
  /** The name or address under which containers reach this machine; undefined when they cannot. */
  hostAddress(): Promise<string | undefined>;
  /** Removes what an ended container left behind, its log excepted, and its task's volumes with the last of them. */
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
  /** Whoever started the task gave it another command than its definition has. */
  readonly isCommandOverridden?: true;
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
  readonly mounts?: readonly Mount[];
  readonly ulimits?: readonly Ulimit[];
  readonly isRootReadOnly?: boolean;
  /** Whether an init process forwards signals and reaps children. */
  readonly hasInit?: boolean;
  /** Its first program may gain rights that the engine withholds from others. */
  readonly isPrivileged?: boolean;
  /** Linux capabilities, for example `SYS_PTRACE`. */
  readonly capabilities?: { readonly add: readonly string[]; readonly drop: readonly string[] };
  readonly sharedMemoryMiB?: number;
  readonly temporary?: readonly TemporaryFolder[];
  /** Names that it is to know, where the runtime can: an address of several is any of them. */
  readonly hosts?: readonly { readonly name: string; readonly address: string }[];
}

export interface Mount {
  /** The volume's name in the task definition. */
  readonly volume: string;
  /** A folder of this machine; without it the volume is the task's own, and goes with it. */
  readonly hostPath?: string;
  readonly containerPath: string;
  readonly isReadOnly: boolean;
}

export interface Ulimit {
  /** As Docker names it, for example `nofile`. */
  readonly name: string;
  readonly soft: number;
  readonly hard: number;
}

export interface TemporaryFolder {
  readonly containerPath: string;
  readonly sizeMiB: number;
  readonly options: readonly string[];
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** A command at work on a terminal. */
export interface TerminalSession {
  /** Calls `listener` with everything that is printed from the start. */
  onOutput(listener: (chunk: Buffer) => void): void;
  /** Resolves with its exit code when it has ended and all of its output was told. */
  readonly ended: Promise<number>;
  write(chunk: Buffer): void;
  resize(size: TerminalSize): void;
  /** Ends it, as when somebody closes the window. */
  close(): void;
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

/** What a container has used by now. */
export interface ContainerUsage {
  /** CPU time since it started, of all its processes. */
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
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
