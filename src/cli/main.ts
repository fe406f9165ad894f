import { exitStatusOf } from '../model/reason-codes.ts';
import { runCommandLine } from './command-line.ts';

process.exitCode = await runCommandLine(process.argv.slice(2), process.stdout);
// What was stopped is not waited for.
if (process.exitCode === exitStatusOf('run/stopped')) process.exit();
