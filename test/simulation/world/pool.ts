import { type Ending, Process, type Surroundings } from './process.ts';

const maxProcesses = 12;

/** The processes that are there: one is made where none is idle, and those that died are forgotten. */
export class Pool {
  readonly #around: Surroundings;
  #processes: Process[] = [];
  #born = 0;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Runs a piece of work in a process; undefined where nobody is there to do it. */
  run(
    what: string,
    timeoutSeconds: number,
    work: (process: Process) => Promise<void>,
  ): Promise<Ending> | undefined {
    const process = this.#take();
    if (!process) return undefined;
    this.#around.trace(`${process.owner} ${what}`);
    return process.run(() => work(process), timeoutSeconds);
  }

  /** How long to wait before it is worth asking again for somebody to do something. */
  get awayForMs(): number {
    const { weather, clock } = this.#around;
    return Math.max(5_000, (weather.endOf('Berth is away') ?? 0) - clock.now());
  }

  #take(): Process | undefined {
    if (this.#around.weather.strikes('Berth is away')) {
      for (const process of this.#processes.splice(0)) process.die('dies: Berth is away');
      return undefined;
    }
    this.#processes = this.#processes.filter(({ isAlive }) => isAlive);
    const idle = this.#processes.find(({ isBusy }) => !isBusy);
    if (idle) return idle;
    if (this.#processes.length >= maxProcesses) return undefined;
    const process = new Process(`p${++this.#born}`, this.#around);
    this.#processes.push(process);
    return process;
  }
}
