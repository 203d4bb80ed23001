import type { Command } from 'commander';
import { createClient } from '../core/contract/client.ts';
import { name } from '../core/contract/names.ts';
import { parse } from '../core/contract/parse.ts';
import { actor } from './actor.ts';
import type { Context } from './context.ts';
import { apiUrl } from './endpoint.ts';
import { type Exit, exits } from './exit.ts';
import { Failure } from './failure.ts';
import { type Io, terminalIo } from './io.ts';
import { failureOf } from './problems.ts';
import { renderFailure } from './render/failure.ts';

/** The options that every command has. */
export interface GlobalOptions {
  readonly json?: true;
  readonly api?: string;
  readonly environment: string;
  readonly color: boolean;
}

/** Longer than the API itself waits for its function. */
const timeoutSeconds = 45;

/** Runs a command's work; whatever it comes to is told and becomes the exit code. Never throws. */
export async function run(command: Command, work: (context: Context) => Promise<Exit>): Promise<void> {
  const globals = command.optsWithGlobals<GlobalOptions>();
  const io = terminalIo({ json: globals.json === true, color: globals.color });
  try {
    process.exitCode = exits[await work(contextOf(globals, io))].code;
  } catch (error) {
    process.exitCode = exits[tellFailure(io, failureOf(error))].code;
  }
}

function contextOf(globals: GlobalOptions, io: Io): Context {
  const environment = parse(name, globals.environment);
  if (!environment.ok) {
    throw new Failure('badInput', `--environment ${environment.errors[0]?.detail ?? 'is not valid'}`);
  }
  const directory = process.cwd();
  const api = apiUrl(globals.api, process.env, directory);
  return {
    io,
    api,
    client: createClient({ baseUrl: api, timeoutSeconds }),
    environment: environment.value,
    directory,
    actor: actor(process.env),
  };
}

/** A failure on standard error for people, or as the one document for programs. */
export function tellFailure(io: Io, failure: Failure): Exit {
  io.document({ error: describe(failure) });
  io.complain(renderFailure(failure, io.paint));
  return failure.exit;
}

/** A failure as data. */
export function describe({ exit, message, advice, faults }: Failure) {
  return { exit, code: exits[exit].code, message, advice, faults };
}
