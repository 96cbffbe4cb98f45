/**
 * Which process listens on a port.
 *
 * @module
 */

/** A process that listens. */
export interface PortHolder {
  readonly pid: number;
  /** Name of its executable, as the system tells it. */
  readonly command: string;
}

/**
 * The process that listens on `port`; undefined where the system does not tell (another user's
 * process, or a system without `/proc`).
 */
export async function findPortHolder(port: number): Promise<PortHolder | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  const inodes = new Set<string>();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    const text = await Deno.readTextFile(table).catch(() => "");
    for (const inode of listeningInodes(text, port)) inodes.add(inode);
  }
  if (inodes.size === 0) return undefined;
  try {
    for await (const { name } of Deno.readDir("/proc")) {
      if (/^\d+$/.test(name) && await holdsSocket(name, inodes)) {
        const command = await Deno.readTextFile(`/proc/${name}/comm`).catch(() => "unknown");
        return { pid: Number(name), command: command.trim() };
      }
    }
  } catch {
    // The system keeps it to itself.
  }
  return undefined;
}

/** Inodes of the sockets that listen on `port`, from the text of `/proc/net/tcp`. */
export function listeningInodes(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const listening = "0A";
  return table.split("\n").slice(1).flatMap((line) => {
    const [, local = "", , state, , , , , , inode] = line.trim().split(/\s+/);
    return local.endsWith(suffix) && state === listening && inode !== undefined ? [inode] : [];
  });
}

async function holdsSocket(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  try {
    for await (const { name } of Deno.readDir(`/proc/${pid}/fd`)) {
      const target = await Deno.readLink(`/proc/${pid}/fd/${name}`).catch(() => "");
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      if (inode !== undefined && inodes.has(inode)) return true;
    }
  } catch {
    // Gone by now, or another user's.
  }
  return false;
}
