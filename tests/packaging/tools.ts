/** Tools that a machine may lack; the tests that need them are left out there. */

/** Whether the program `name` is on the path. */
export async function isInstalled(name: string): Promise<boolean> {
  try {
    return (await new Deno.Command("sh", {
      args: ["-c", 'command -v "$1"', "sh", name],
      stdout: "null",
      stderr: "null",
    }).output()).success;
  } catch {
    return false;
  }
}

/** What a finished program printed. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export async function finish(
  command: string,
  options: Deno.CommandOptions = {},
): Promise<Finished> {
  const { code, stdout, stderr } = await new Deno.Command(command, options).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}
