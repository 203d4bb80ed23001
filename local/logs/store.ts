import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../support/clock.ts';
import { fileNameOf } from './names.ts';
import { LogStream, type NewEvent } from './stream.ts';

/** A task makes a stream, so streams are many: a group keeps those that were created last. */
export const MAX_STREAMS_PER_GROUP = 1_000;
export const MAX_GROUPS = 1_000;

/** What may be changed of a group. */
export interface GroupSettings {
  /** Older events are not shown; for ever without it. */
  readonly retentionDays?: number;
  readonly tags?: Readonly<Record<string, string>>;
}

export interface LogGroup {
  readonly name: string;
  readonly createdAt: number;
  readonly settings: GroupSettings;
  /** In the order of their creation. */
  readonly streams: Map<string, LogStream>;
}

/** Told of events once they are kept. */
export type Listener = (group: string, events: readonly NewEvent[]) => void;

/** Groups and streams, each a folder under `directory`. */
export class LogStore {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #told: Listener;
  readonly #groups = new Map<string, LogGroup>();

  constructor(directory: string, clock: Clock, told: Listener = () => {}) {
    this.#directory = directory;
    this.#clock = clock;
    this.#told = told;
    mkdirSync(directory, { recursive: true });
    for (const group of foldersIn(directory, 'group.json')) {
      const streams = foldersIn(group.folder, 'stream.json').map(
        (stream) => [stream.name, new LogStream(stream.folder, stream.name, stream.createdAt)] as const,
      );
      const { name, createdAt, settings = {} } = group;
      this.#groups.set(name, { name, createdAt, settings, streams: new Map(streams) });
    }
  }

  groups(): LogGroup[] {
    return [...this.#groups.values()];
  }

  group(name: string): LogGroup | undefined {
    return this.#groups.get(name);
  }

  /** The group of that name, made if it is not there. */
  openGroup(name: string): LogGroup {
    const known = this.#groups.get(name);
    if (known) return known;
    const createdAt = this.#clock.now();
    mkdirSync(this.#folder(name), { recursive: true });
    const group = { name, createdAt, settings: {}, streams: new Map<string, LogStream>() };
    this.#save(group);
    return group;
  }

  setSettings(group: LogGroup, settings: GroupSettings): void {
    this.#save({ ...group, settings });
  }

  deleteGroup({ name }: LogGroup): void {
    this.#groups.delete(name);
    rmSync(this.#folder(name), { recursive: true, force: true });
  }

  deleteStream(group: LogGroup, stream: LogStream): void {
    group.streams.delete(stream.name);
    rmSync(this.#folder(group.name, stream.name), { recursive: true, force: true });
  }

  /** The stream of that name, made with its group if it is not there. */
  openStream(groupName: string, streamName: string): LogStream {
    const group = this.openGroup(groupName);
    const known = group.streams.get(streamName);
    if (known) return known;
    const stream = LogStream.create(this.#folder(groupName, streamName), streamName, this.#clock.now());
    group.streams.set(streamName, stream);
    for (const oldest of group.streams.keys()) {
      if (group.streams.size <= MAX_STREAMS_PER_GROUP) break;
      group.streams.delete(oldest);
      rmSync(this.#folder(groupName, oldest), { recursive: true, force: true });
    }
    return stream;
  }

  /** Keeps events in a stream, the one door for those of containers and of callers. */
  append(groupName: string, streamName: string, events: readonly NewEvent[], source?: string): void {
    this.openStream(groupName, streamName).append(events, this.#clock.now(), source);
    this.#told(groupName, events);
  }

  reset(): void {
    this.#groups.clear();
    rmSync(this.#directory, { recursive: true, force: true });
    mkdirSync(this.#directory, { recursive: true });
  }

  /** What was there stays until the new is whole. */
  #save(group: LogGroup): void {
    const { name, createdAt, settings } = group;
    const file = join(this.#folder(name), 'group.json');
    writeFileSync(`${file}.new`, JSON.stringify({ name, createdAt, settings }));
    renameSync(`${file}.new`, file);
    this.#groups.set(name, group);
  }

  #folder(group: string, stream?: string): string {
    const folder = join(this.#directory, fileNameOf(group));
    return stream === undefined ? folder : join(folder, fileNameOf(stream));
  }
}

interface Folder {
  readonly folder: string;
  readonly name: string;
  readonly createdAt: number;
  readonly settings?: GroupSettings;
}

/** A folder without its description is one whose making a kill cut short; nobody was told of it. */
function foldersIn(directory: string, description: string): Folder[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(directory, entry.name, description)))
    .map((entry) => describe(join(directory, entry.name), description))
    .filter((found) => found !== undefined)
    .sort((a, b) => a.createdAt - b.createdAt);
}

function describe(folder: string, description: string): Folder | undefined {
  try {
    return {
      folder,
      ...(JSON.parse(readFileSync(join(folder, description), 'utf8')) as Omit<Folder, 'folder'>),
    };
  } catch {
    return undefined;
  }
}
