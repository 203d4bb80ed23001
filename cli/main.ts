import { CommanderError } from 'commander';
import { exits } from './exit.ts';
import { terminalIo } from './io.ts';
import { createProgram } from './program.ts';

// Known before the options are understood, for the answer to options that cannot be.
const json = process.argv.includes('--json');
const io = terminalIo({ json, color: !process.argv.includes('--no-color') });

const program = createProgram();
for (const command of [program, ...program.commands]) {
  command.exitOverride();
  if (json) command.configureOutput({ writeErr: () => {} });
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = endOf(error);
}
// What a command left behind, such as a look at a deployment when Ctrl-C came, must not keep it from ending.
for (const stream of [process.stdout, process.stderr]) await new Promise((done) => stream.write('', done));
process.exit();

/** Commander has told people already, help included; programs get their document. */
function endOf(error: unknown): number {
  if (!(error instanceof CommanderError)) throw error;
  if (error.exitCode === 0) return exits.succeeded.code;
  io.document({ error: { exit: 'badInput', code: exits.badInput.code, message: error.message } });
  return exits.badInput.code;
}
