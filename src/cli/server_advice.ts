/**
 * Keeps a piece of advice of Deno's off the terminal.
 *
 * @module
 */

const advice = "Deno.serve: request.signal aborts";

/**
 * Deno advises, once a process, those who write servers. Under `deno task` a flag turns the advice
 * off; an executable and a program from a registry have no flags, and their users can't act on it.
 */
export function silenceServerAdvice(): void {
  const warn = console.warn;
  console.warn = (...data: unknown[]) => {
    if (!String(data[0]).startsWith(advice)) warn(...data);
  };
}
