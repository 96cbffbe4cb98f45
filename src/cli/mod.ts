/**
 * The command line.
 *
 * @module
 */

export type { AppFunctions, CliContext, Interrupts, TextReader, TextWriter } from "./context.ts";
export { runCli } from "./run.ts";
export { silenceServerAdvice } from "./server_advice.ts";
export { systemContext } from "./system_context.ts";
