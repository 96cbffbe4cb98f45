/**
 * How the user calls this program.
 *
 * @module
 */

/** The words before a command's name: from a checkout it is a task that runs it. */
export function ownCommand(): string {
  const isCheckout = !Deno.build.standalone && import.meta.url.startsWith("file:");
  return isCheckout ? "deno task atmosphere" : "atmosphere";
}
