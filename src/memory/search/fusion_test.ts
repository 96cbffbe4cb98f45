import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { defaultFusion, fuse, fusionFor, nameFusion } from "./fusion.ts";

const ranked = (seqs: readonly number[]) => seqs.map((seq, i) => ({ seq, score: 1 - i / 100 }));

Deno.test("fuse() gives 1 to what is first in both lists, and each item once", () => {
  const [first, ...rest] = fuse({ dense: ranked([7, 1]), keyword: ranked([7, 2]) });
  assertEquals([first?.seq, first?.denseRank, first?.keywordRank], [7, 1, 1]);
  assertAlmostEquals(first!.score, 1);
  assertEquals(rest.map(({ seq }) => seq), [1, 2]);
  assertEquals([rest[0]?.keywordRank, rest[1]?.denseRank], [undefined, undefined]);
});

Deno.test("fusionFor() tells sentences, sentences with names and lone names apart", () => {
  assertEquals(fusionFor("how are backups kept", false), defaultFusion);
  assertEquals(fusionFor("what does getUserName do", true), nameFusion);
  assert(fusionFor(" getUserName ", true).keyword > nameFusion.keyword);
});

Deno.test("a lone name is found in the order of its words, whatever is near in meaning", () => {
  const seqs = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 });
  const all = fc.shuffledSubarray(Array.from({ length: 50 }, (_, i) => i + 1), { minLength: 50 });
  fc.assert(
    fc.property(seqs, all, (keyword, dense) => {
      const fused = fuse(
        { dense: ranked(dense), keyword: ranked(keyword) },
        fusionFor("getUserName", true),
      ).map(({ seq }) => seq);
      assertEquals(fused.slice(0, keyword.length), keyword);
    }),
  );
});
