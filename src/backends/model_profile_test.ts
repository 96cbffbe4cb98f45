import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Speciality } from "../core/mod.ts";
import { parseModelName } from "./model_name.ts";
import { describeModel, familyOf, modelFamilies, qualityBySize } from "./model_profile.ts";
import names from "./testdata/model_names.json" with { type: "json" };

const specialities: readonly Speciality[] = [
  "code",
  "maths",
  "reasoning",
  "vision",
  "multilingual",
  "writing",
  "summarising",
  "roleplay",
  "tools",
  "medical",
  "legal",
  "quick",
];
const kinds = [
  "llm/chat",
  "llm/embed",
  "llm/rerank",
  "vision/analyze",
  "vision/generate",
  "audio/transcribe",
  "audio/generate",
];

Deno.test("model_families.json is well formed", () => {
  const seen = new Set<string>();
  for (const family of modelFamilies) {
    const where = family.family;
    assert(/^[a-z0-9][a-z0-9.-]*$/.test(where), where);
    assert(!seen.has(where), `${where} is there twice`);
    seen.add(where);
    assert(kinds.includes(family.kind), `${where}: kind ${family.kind}`);
    assert(family.match.length > 0 && family.match.every((text) => new RegExp(text)), where);
    // Names are compared in lower case, with `-` for `_`.
    assert(family.match.every((text) => !/[A-Z_]/.test(text)), where);
    assert(/^[A-Z].{15,200}\.$/.test(family.description), `${where}: ${family.description}`);
    for (const [name, value] of Object.entries(family.specialities)) {
      assert(specialities.includes(name as Speciality), `${where}: speciality ${name}`);
      assert(value > 0 && value <= 1, `${where}: ${name} ${value}`);
    }
    if (family.kind === "llm/chat" && family.qualityBias !== -1) {
      assert(family.examples.length >= 1 && family.examples.length <= 4, `${where}: examples`);
      assert(Object.keys(family.specialities).length > 0, `${where}: specialities`);
    }
    if (family.kind === "llm/embed") assertEquals(family.examples, [], where);
    assert(family.contextTokens === undefined || family.contextTokens > 50, where);
    if (family.qualityTier !== undefined) {
      assert(family.qualityTier >= 1 && family.qualityTier <= 5, `${where}: tier`);
      assertEquals(family.qualityBias, undefined, `${where}: a tier leaves nothing to bias`);
    }
  }
});

Deno.test("familyOf() finds the family of each known name", () => {
  const wrong = Object.entries(names).map(([name, family]) => ({
    name,
    family,
    found: familyOf(parseModelName(name).base)?.family,
  })).filter(({ family, found }) => family !== found);
  assertEquals(wrong, []);
});

Deno.test("no family is hidden by one that stands before it", () => {
  const reached = new Set(Object.values(names));
  assertEquals(modelFamilies.map(({ family }) => family).filter((name) => !reached.has(name)), []);
});

const parsed: readonly [string, number | undefined, number | undefined, string | undefined][] = [
  ["llama3.2:3b-instruct-q4_K_M", 3, undefined, "Q4_K_M"],
  ["meta-llama/Llama-3.2-3B-Instruct", 3, undefined, undefined],
  ["Qwen2.5-Coder-7B-Instruct-Q4_K_M.gguf", 7, undefined, "Q4_K_M"],
  ["hf.co/bartowski/Qwen2.5-Coder-32B-Instruct-GGUF:IQ2_XXS", 32, undefined, "IQ2_XXS"],
  ["openai/gpt-4o", undefined, undefined, undefined],
  ["mixtral:8x7b", 46.48, 12.88, undefined],
  ["Qwen/Qwen3-30B-A3B-FP8", 30, 3, "FP8"],
  ["qwen3:235b-a22b-q8_0", 235, 22, "Q8_0"],
  ["gemma3:270m", 0.27, undefined, undefined],
  ["kimi-k2:1t", 1_000, undefined, undefined],
  ["gemma3n:e4b", 4, undefined, undefined],
  ["Qwen2.5-72B-Instruct-AWQ", 72, undefined, "AWQ"],
  ["deepseek-coder-6.7b-instruct", 6.7, undefined, undefined],
  ["DeepSeek-V3-0324-UD-Q2_K_XL-00001-of-00006.gguf", undefined, undefined, "UD-Q2_K_XL"],
  ["mlx-community/Llama-3.3-70B-Instruct-4bit", 70, undefined, "4BIT"],
  ["gpt-oss-120b-mxfp4.gguf", 120, undefined, "MXFP4"],
  ["claude-3-5-sonnet-20241022", undefined, undefined, undefined],
  ["all-minilm:33m", 0.033, undefined, undefined],
];

for (const [name, parametersB, activeB, quantization] of parsed) {
  Deno.test(`parseModelName() reads ${name}`, () => {
    const found = parseModelName(name);
    assertEquals(
      [found.parametersB, found.activeB, found.quantization],
      [parametersB, activeB, quantization],
    );
  });
}

Deno.test("describeModel() ranks by size, generation and quantisation", () => {
  const tier = (name: string) => describeModel(name).profile?.qualityTier ?? 0;
  assert(tier("llama3.2:1b") < tier("llama3.2:3b"));
  assert(tier("llama3.1:8b") < tier("llama3.1:70b"));
  assert(tier("llama2:70b") < tier("llama3.3:70b"));
  assert(tier("qwen2.5:7b-instruct-q2_K") < tier("qwen2.5:7b-instruct-q4_K_M"));
  assert(tier("llama3.3:70b") < tier("claude-opus-5-5"));
  assert(tier("gpt-4o-mini") < tier("gpt-4o"));
  assertEquals(qualityBySize({}), 2.5);
  assert(qualityBySize({ parametersB: 30, activeB: 3 }) < qualityBySize({ parametersB: 30 }));
});

Deno.test("describeModel() tells the context, features and kind of a family", () => {
  const coder = describeModel("qwen2.5-coder:7b");
  assertEquals(coder.profile?.family, "qwen2.5-coder");
  assert((coder.profile?.specialities.code ?? 0) > 0.8);
  assertEquals(describeModel("nomic-embed-text").features.dimensions, 768);
  assertEquals(describeModel("gpt-4o").features.vision, true);
  const unknown = describeModel("my-company-model-v2");
  assertEquals(unknown.profile, undefined);
  assertEquals(unknown.kind, "llm/chat");
});

Deno.test("parseModelName() and describeModel() take any text", () => {
  fc.assert(fc.property(fc.string({ maxLength: 120, unit: "binary" }), (name) => {
    const { parametersB, activeB } = parseModelName(name);
    assert(parametersB === undefined || (parametersB > 0 && Number.isFinite(parametersB)));
    assert(activeB === undefined || (activeB >= 0 && Number.isFinite(activeB)));
    const tier = describeModel(name).profile?.qualityTier;
    assert(tier === undefined || (tier >= 1 && tier <= 5));
  }));
});

Deno.test("describeModel() is quick on hostile names", () => {
  // Patterns that backtrack without bound would hang here.
  for (const part of ["qwen-", "-embed", "llama-3.", "a-tts", "8x7b-", "q4_k_", "..", "1"]) {
    describeModel(part.repeat(5_000));
  }
});
