/**
 * Kills a writing process at random moments: nothing acknowledged may be lost.
 *
 * Takes 12 rounds, or as many as `ATMOSPHERE_CRASH_ROUNDS` says.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { createMemory } from "../../src/memory/mod.ts";
import { killTree, start } from "./killed_process.ts";

const rounds = Number(Deno.env.get("ATMOSPHERE_CRASH_ROUNDS") ?? "12");

/** Starts the writer, kills it some time after its first acknowledgement, returns what it said. */
async function killedWriter(path: string, round: number): Promise<string[]> {
  const child = start("crash_writer.ts", [path, String(round + 1)]);
  let text = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += part;
    // However slow the machine is, something has been acknowledged by then.
    if (timer === undefined && text.includes('"done"')) {
      // The moment is random on purpose: it falls before, within and after commits.
      const afterMs = Math.random() * 120;
      timer = setTimeout(() => killTree(child.pid), afterMs);
    }
  }
  await child.status;
  clearTimeout(timer);
  return text.split("\n").slice(0, -1);
}

type Effect = [id: string, text: string | null][];

interface Line {
  readonly lane: number;
  readonly intends?: Effect;
}

/** What must be there after `lines`, and what may be instead since it was under way. */
function replay(lines: readonly string[], expected: Map<string, string | null>) {
  const underWay = new Map<number, Effect>();
  let acknowledged = 0;
  for (const text of lines.slice(1)) {
    const { lane, intends }: Line = JSON.parse(text);
    if (intends !== undefined) {
      underWay.set(lane, intends);
      continue;
    }
    for (const [id, value] of underWay.get(lane)!) expected.set(id, value);
    underWay.delete(lane);
    acknowledged++;
  }
  return { possible: new Map([...underWay.values()].flat()), acknowledged };
}

Deno.test({
  name: `add() acknowledged before kill -9 is there after it (${rounds} rounds)`,
  ignore: Deno.build.os !== "linux",
  async fn() {
    const dir = await Deno.makeTempDir();
    const path = `${dir}/memory.db`;
    const expected = new Map<string, string | null>();
    let acknowledged = 0;
    try {
      for (let round = 0; round < rounds; round++) {
        const said = replay(await killedWriter(path, round), expected);
        acknowledged += said.acknowledged;
        await using memory = await createMemory({ path });
        assertEquals(await memory.verify(), []);
        const { items } = await memory.list({ limit: 1000 });
        const there = new Map(items.map(({ id, text }) => [id, text]));
        for (const id of new Set([...expected.keys(), ...there.keys(), ...said.possible.keys()])) {
          const text = there.get(id) ?? null;
          if (text === (expected.get(id) ?? null)) continue;
          assert(
            said.possible.has(id) && said.possible.get(id) === text,
            `${id} is not as acknowledged after round ${round}`,
          );
          expected.set(id, text);
        }
        if (items.length === 0) continue;
        const query = { vector: [1, 1, 1, 1, 1, 1, 1, 1], explain: true };
        assertEquals((await memory.search(query)).explain?.compared, items.length);
      }
      assert(acknowledged >= rounds, `only ${acknowledged} writes were acknowledged`);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});
