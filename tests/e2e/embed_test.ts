/** The engine that travels with the program gives the vectors that the sources are tested for. */
import { assertEquals, assertGreater } from "@std/assert";
import { fromFileUrl } from "../support/paths.ts";
import { runProgram, temporaryDataDir } from "../support/program.ts";

const leastCosine = 0.99;
const fixture: { rows: Array<{ text: string; vector: string }> } = JSON.parse(
  await Deno.readTextFile(
    fromFileUrl(new URL("../fixtures/embed/minilm_fp32.json", import.meta.url)),
  ),
);

Deno.test("embed agrees with the original weights at full precision", async () => {
  await using dir = await temporaryDataDir();
  const rows = fixture.rows.filter(({ text }) => text.trim() !== "" && !/[\r\n]/.test(text));
  const { code, stdout, stderr } = await runProgram(["embed", "--lines", "-", "--json"], {
    dataDir: dir.path,
    stdin: rows.map(({ text }) => `${text}\n`).join(""),
  });
  assertEquals([code, stderr], [0, ""]);
  const { data } = JSON.parse(stdout) as { data: Array<{ embedding: number[] }> };
  assertEquals(data.length, rows.length);
  rows.forEach(({ text, vector }, i) => {
    const reference = new Int16Array(Uint8Array.fromBase64(vector).buffer);
    const found = data[i]?.embedding ?? [];
    const dot = found.reduce((sum, value, k) => sum + value * (reference[k] ?? 0), 0);
    assertGreater(dot / Math.hypot(...reference) / Math.hypot(...found), leastCosine, text);
  });
});
