/** The entry point of the program. */

import { runCli } from './run-cli.ts';

const code = await runCli(process.argv.slice(2), process.env);
// Leave at once, whatever is still open, but not before everything that was printed has left.
process.exitCode = code;
if (process.stdout.writableLength === 0) process.exit(code);
else process.stdout.once('drain', () => process.exit(code));
