/** What a base binary gives after other languages left its ICU, against what it gave before. */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { smallBase } from "../../../dist-scripts/build/base.ts";
import { hostTarget } from "../../../dist-scripts/build/targets.ts";
import { finish } from "../tools.ts";

const given = Deno.env.get("DENORT_BIN");
const needs = Deno.build.os === "linux" ? "DENORT_BIN" : "Linux";
const isHere = Deno.build.os === "linux" && given !== undefined;

/** Compiled, not run here: its two results are what must be the same, and what must not throw. */
function observe(): void {
  const same: unknown[] = [];
  const thrown: string[] = [];
  const date = new Date(Date.UTC(2026, 10, 24, 18, 31, 5));
  const text = "Mr. Grün said 1.5. 東京です。ไทย. Ναι; 👩‍👩‍👧‍👦é";
  const letters = Array.from({ length: 0x3000 }, (_, i) => String.fromCodePoint(i)).join("");
  for (const form of ["NFC", "NFD", "NFKC", "NFKD"]) same.push(letters.normalize(form));
  for (const property of ["L", "Lu", "Script=Han", "Emoji", "ID_Start"]) {
    same.push(letters.match(new RegExp(`\\p{${property}}`, "gu"))?.length);
  }
  for (const host of ["münchen.de", "日本語.jp", "faß.de"]) {
    same.push(new URL(`http://${host}`).href);
  }
  const bytes = Uint8Array.from({ length: 0x8000 }, (_, i) => (i * 7919) >> 3);
  for (const label of ["shift_jis", "gb18030", "big5", "euc-kr", "euc-jp", "windows-1252"]) {
    same.push(new TextDecoder(label).decode(bytes));
  }
  for (const granularity of ["grapheme", "sentence"] as const) {
    const segmenter = new Intl.Segmenter(undefined, { granularity });
    same.push([...segmenter.segment(text)].map(({ segment }) => segment));
  }
  for (const timeZone of Intl.supportedValuesOf("timeZone")) {
    same.push(new Intl.DateTimeFormat("en", { timeZone, timeStyle: "full" }).format(date));
    const at = { year: 1987, month: 6, day: 5, timeZone };
    // deno-lint-ignore no-explicit-any -- Deno's types need a flag for it.
    same.push((globalThis as any).Temporal.ZonedDateTime.from(at).offset);
  }
  for (const locale of [undefined, "en", "de", "ja", "zh-Hant", "th-TH-u-nu-thai", "ar-EG", "iw"]) {
    same.push(letters.toLocaleUpperCase(locale ?? "tr"));
    for (
      const use of [
        () => same.push([0, 1, 2, 3, 11].map((n) => new Intl.PluralRules(locale).select(n))),
        () => new Intl.DateTimeFormat(locale, { dateStyle: "full" }).formatRange(date, new Date(0)),
        () => new Intl.NumberFormat(locale, { style: "currency", currency: "EUR" }).format(5),
        () => ["b", "ä"].sort(new Intl.Collator(locale, { usage: "search" }).compare),
        () => [...new Intl.Segmenter(locale, { granularity: "word" }).segment(text)],
        () => new Intl.ListFormat(locale).format(["a", "b"]),
        () => new Intl.RelativeTimeFormat(locale).format(1, "day"),
        () => new Intl.DisplayNames(locale, { type: "language" }).of("de-AT"),
        () => date.toLocaleString(locale) + 5n.toLocaleString(locale),
      ]
    ) {
      try {
        use();
      } catch (error) {
        thrown.push(`${locale}: ${error}`);
      }
    }
  }
  console.log(JSON.stringify({ same, thrown }));
}

async function compiled(base: string, output: string): Promise<void> {
  const script = join(output, "..", "observe.js");
  await Deno.writeTextFile(script, `${observe}\nobserve();\n`);
  const args = ["compile", "--quiet", "--no-lock", "--no-check", "-A", "-o", output, script];
  const { code, stderr } = await finish(Deno.execPath(), { args, env: { DENORT_BIN: base } });
  assertEquals([code, code === 0 ? "" : stderr], [0, ""]);
}

Deno.test({
  name: isHere
    ? "an ICU without other languages throws nowhere, and cuts, decodes and counts as before"
    : `an ICU without other languages is as before elsewhere (left out, needs ${needs})`,
  ignore: !isHere,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "atmosphere-icu-" });
    try {
      const steps: string[] = [];
      const small = await smallBase(hostTarget(), {
        given,
        folder,
        onStep: (step) => void steps.push(step),
      });
      assertEquals(steps, []);
      const [before, after] = [join(folder, "before"), join(folder, "after")];
      await compiled(given ?? "", before);
      await compiled(small ?? "", after);
      for (const language of ["C", "en_US", "de_DE", "ja_JP", "zh_CN", "th_TH", "ar_EG", "el_GR"]) {
        const env = { LC_ALL: `${language}.UTF-8` };
        const [old, now] = await Promise.all(
          [before, after].map((path) => finish(path, { args: [], env })),
        );
        assertEquals([old?.code, now?.code, now?.stderr], [0, 0, ""], language);
        assertEquals(JSON.parse(now?.stdout ?? "").thrown, [], language);
        assertEquals(now?.stdout === old?.stdout, true, `${language}: a result is another`);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
