/** Sends requests and says how long they took. */

/** Times in milliseconds, sorted. */
export interface Timings {
  readonly p50: number;
  readonly p99: number;
  readonly perSecond: number;
}

/** Sends `count` requests by `workers` loops at once. */
export async function load(
  send: () => Promise<void>,
  options: { count: number; workers: number },
): Promise<Timings> {
  const times: number[] = [];
  let left = options.count;
  const start = performance.now();
  await Promise.all(Array.from({ length: options.workers }, async () => {
    while (left-- > 0) {
      const sent = performance.now();
      await send();
      times.push(performance.now() - sent);
    }
  }));
  const seconds = (performance.now() - start) / 1000;
  return { ...quantiles(times), perSecond: times.length / seconds };
}

/** Median and 99th percentile. */
export function quantiles(times: readonly number[]): { p50: number; p99: number } {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

/** Resident bytes of a process; undefined where the system does not tell. */
export async function rssBytes(pid: number): Promise<number | undefined> {
  try {
    const status = await Deno.readTextFile(`/proc/${pid}/status`);
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  } catch {
    return undefined;
  }
}

/** CPU milliseconds that a process has used; undefined where the system does not tell. */
export async function cpuMs(pid: number): Promise<number | undefined> {
  try {
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // utime and stime, in ticks of 10 ms on every Linux that Deno runs on.
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return undefined;
  }
}
