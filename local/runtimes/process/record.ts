import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileNameOf } from '../../logs/names.ts';
import { outputName, type Pids, parseExitCode, parsePids } from './wrapper.ts';

/** What is known of one run of one container, kept in a folder of its own so that the next Local AWS knows it. */
export interface LaunchRecord {
  readonly id: string;
  readonly taskId: string;
  readonly argv: readonly string[];
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly address: string;
  readonly publishedPorts?: Readonly<Record<number, number>>;
  readonly log?: { readonly group: string; readonly stream: string };
}

export class ContainerFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** A folder that no other run has or will have. The record holds the environment: for its owner's eyes only. */
  static create(directory: string, record: LaunchRecord): ContainerFolder {
    const name = `${fileNameOf(record.id)}.${randomBytes(6).toString('hex')}`;
    const folder = new ContainerFolder(join(directory, name));
    mkdirSync(folder.path, { mode: 0o700 });
    writeFileSync(folder.#file('launch.json.new'), JSON.stringify(record), { mode: 0o600 });
    renameSync(folder.#file('launch.json.new'), folder.#file('launch.json'));
    writeFileSync(folder.output, '', { mode: 0o600 });
    return folder;
  }

  /** Folders in `directory` with their records; one whose making a kill cut short is removed. */
  static all(directory: string): [ContainerFolder, LaunchRecord][] {
    const found: [ContainerFolder, LaunchRecord][] = [];
    for (const name of readdirSync(directory)) {
      const folder = new ContainerFolder(join(directory, name));
      const record = folder.#read('launch.json');
      if (record === undefined) folder.remove();
      else found.push([folder, JSON.parse(record) as LaunchRecord]);
    }
    return found;
  }

  /** Names this run in the log store. */
  get source(): string {
    return this.path.slice(this.path.lastIndexOf('.') + 1);
  }

  /** The file that both output streams are appended to. */
  get output(): string {
    return this.#file(outputName);
  }

  pids(): Pids | undefined {
    return parsePids(this.#read('pids'));
  }

  /** The program's exit code, undefined until it has ended by itself. */
  exitCode(): number | undefined {
    return parseExitCode(this.#read('exit'));
  }

  /** Settles the exit code of a run whose wrapper could not; where the folder is gone, nobody will ask for it. */
  settleExitCode(code: number): void {
    try {
      writeFileSync(this.#file('exit'), `${code}\n`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  #read(name: string): string | undefined {
    try {
      return readFileSync(this.#file(name), 'utf8');
    } catch {
      return undefined;
    }
  }

  #file(name: string): string {
    return join(this.path, name);
  }
}
