import type { Client } from '../core/contract/client.ts';
import type { Io } from './io.ts';

/** What every command has at hand. */
export interface Context {
  readonly io: Io;
  readonly client: Client;
  /** The URL of the API. */
  readonly api: string;
  /** The environment that the command is about. */
  readonly environment: string;
  /** Where the command was called. */
  readonly directory: string;
  /** Who calls it, for the ledger. */
  readonly actor: string;
}
