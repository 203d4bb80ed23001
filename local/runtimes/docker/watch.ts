import type Docker from 'dockerode';
import type { LogSink } from '../../logs/sink.ts';
import type { Clock } from '../../support/clock.ts';
import type { ExitedContainer } from '../runtime.ts';
import { ifKnown, statusOf } from './engine.ts';
import { LOG_GROUP_LABEL, LOG_STREAM_LABEL } from './labels.ts';
import { keepOutput } from './output.ts';
import { exitedFrom } from './seen.ts';

const TRY_AGAIN_AFTER_MS = 500;
/** An exit is told without its last lines rather than late. */
const OUTPUT_WITHIN_MS = 5_000;

/** Waits for the end of one container and keeps its output meanwhile. */
export class DockerWatch {
  readonly runtimeId: string;
  /** Resolves when all of its output is kept, or when the runtime closes. */
  readonly outputKept: Promise<void>;
  /** Resolves with its exit, once; with undefined when somebody was told otherwise. */
  readonly exit: Promise<ExitedContainer | undefined>;
  readonly #container: Docker.Container;
  readonly #clock: Clock;
  readonly #closing: AbortSignal;
  #silent = false;

  constructor(
    container: Docker.Container,
    seen: Docker.ContainerInspectInfo,
    logs: LogSink,
    clock: Clock,
    closing: AbortSignal,
  ) {
    this.runtimeId = seen.Id;
    this.#container = container;
    this.#clock = clock;
    this.#closing = closing;
    this.outputKept = this.#keepOutput(seen, logs);
    this.exit = this.#awaitExit();
  }

  /** The exit is known already to whoever would be told. */
  tellNobody(): void {
    this.#silent = true;
  }

  async #awaitExit(): Promise<ExitedContainer | undefined> {
    while (!this.#closing.aborted) {
      try {
        await this.#container.wait({ abortSignal: this.#closing });
        await Promise.race([this.outputKept, this.#pause(OUTPUT_WITHIN_MS)]);
        const seen = await this.#container.inspect();
        return this.#silent || this.#closing.aborted ? undefined : exitedFrom(seen);
      } catch (error) {
        if (statusOf(error) === 404) return this.#silent ? undefined : removedByOthers;
        // The engine is gone or busy; its containers may well be running on.
        if (!this.#closing.aborted) await this.#pause(TRY_AGAIN_AFTER_MS);
      }
    }
    return undefined;
  }

  async #keepOutput(seen: Docker.ContainerInspectInfo, logs: LogSink): Promise<void> {
    const { [LOG_GROUP_LABEL]: group, [LOG_STREAM_LABEL]: stream } = seen.Config.Labels;
    if (group === undefined || stream === undefined) return;
    const writer = logs.open({ group, stream, source: seen.Id });
    while (!this.#closing.aborted) {
      try {
        await ifKnown(keepOutput(this.#container, writer, this.#closing));
        return;
      } catch {
        if (!this.#closing.aborted) await this.#pause(TRY_AGAIN_AFTER_MS);
      }
    }
  }

  #pause(durationMs: number): Promise<void> {
    return new Promise((resolve) => this.#clock.after(durationMs, resolve));
  }
}

const removedByOthers: ExitedContainer = {
  state: 'exited',
  reason: 'ContainerRuntimeError: the container was removed from the engine',
};
