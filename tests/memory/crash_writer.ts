/**
 * Writes to the memory file named by its argument until it is killed, and prints what
 * it is about to do and what was acknowledged as lines of JSON. Started by `crash_test.ts`.
 *
 * @module
 */

import { createMemory } from "../../src/memory/mod.ts";

const [path = "", seed = "1"] = Deno.args;
const encoder = new TextEncoder();
let state = Number(seed);

function random(below: number): number {
  state = (state * 48271) % 2147483647;
  return state % below;
}

function say(entry: unknown): void {
  const bytes = encoder.encode(JSON.stringify(entry) + "\n");
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

const memory = await createMemory({ path });
await memory.createCollection("default", { space: { kind: "own", dimensions: 8 } });
say({ ready: true });

async function writer(lane: number): Promise<never> {
  for (let turn = 0;; turn++) {
    const ids = new Set(Array.from({ length: 1 + random(3) }, () => `${lane}-${random(40)}`));
    const items = [...ids].map((id) => ({
      id,
      text: `${id} round ${seed} turn ${turn} `.repeat(1 + random(200)),
      vector: Array.from({ length: 8 }, () => random(1000) + 1),
      metadata: { lane, turn },
    }));
    const forgets = random(6) === 0;
    const effect = items.map(({ id, text }) => [id, forgets ? null : text]);
    say({ lane, intends: effect });
    if (forgets) await memory.forget({ ids: [...ids] });
    else await memory.add(items);
    say({ lane, done: true });
  }
}

await Promise.all([0, 1, 2, 3].map(writer));
