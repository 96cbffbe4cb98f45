/**
 * Figures for people.
 *
 * @module
 */

/** `1 model`, `2 models`. */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${n} ${n === 1 ? noun : plural}`;
}

/** Bytes with a binary unit: `512 B`, `1.5 GiB`. */
export function bytes(n: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = n;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Seconds by their two largest units: `42s`, `3m 5s`, `2d 4h`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const units: ReadonlyArray<readonly [string, number]> = [
    ["d", Math.floor(whole / 86_400)],
    ["h", Math.floor(whole / 3_600) % 24],
    ["m", Math.floor(whole / 60) % 60],
    ["s", whole % 60],
  ];
  const first = units.findIndex(([, value]) => value > 0);
  if (first === -1) return "0s";
  return units.slice(first, first + 2).filter(([, value]) => value > 0)
    .map(([unit, value]) => `${value}${unit}`).join(" ");
}

/** Milliseconds with as many digits as matter: `0.04 ms`, `12 ms`, `1.5 s`. */
export function milliseconds(ms: number): string {
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms >= 10) return `${Math.round(ms)} ms`;
  return `${ms.toFixed(ms >= 1 ? 1 : 2)} ms`;
}

/** A context length: `512`, `8k`, `128k`, `1M`; multiples of 1,024 count as thousands. */
export function tokens(n: number): string {
  const step = n % 1_024 === 0 ? 1_024 : 1_000;
  if (n >= step * step) return `${round(n / (step * step))}M`;
  if (n >= step) return `${round(n / step)}k`;
  return `${n}`;
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
