import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Capability, Decision, RoutePolicy, RouteRequest } from "../core/mod.ts";
import { factorNames } from "./factors.ts";
import { anyText, axis, capability, profile, request, routerOf } from "./testdata/capabilities.ts";

const tags = ["gpu", "slow", "region:de", "region:us"];
const backends = ["ollama", "vllm", "openai"];

const features = fc.record({
  tools: fc.boolean(),
  vision: fc.boolean(),
  contextTokens: fc.constantFrom(2048, 8192, 131_072),
}, { requiredKeys: [] });

const anyCapability: fc.Arbitrary<Capability> = fc.record({
  name: fc.stringMatching(/^[a-z]{1,6}$/),
  node: fc.constantFrom("n1", "n2", "n3"),
  backend: fc.constantFrom(...backends),
  kind: fc.constantFrom("llm/chat" as const, "llm/chat" as const, "llm/embed" as const),
  locality: fc.constantFrom(
    "embedded" as const,
    "machine" as const,
    "mesh" as const,
    "cloud" as const,
  ),
  price: fc.constantFrom(0, 0, 0.5, 15),
  tier: fc.integer({ min: 1, max: 5 }),
  code: fc.double({ min: 0, max: 1, noNaN: true }),
  writing: fc.double({ min: 0, max: 1, noNaN: true }),
  tags: fc.uniqueArray(fc.constantFrom(...tags)),
  features,
  known: fc.boolean(),
}).map((part) =>
  capability(part.name, {
    node: part.node,
    backend: part.backend,
    kind: part.kind,
    locality: part.locality,
    tags: part.tags,
    features: part.features,
    cost: { inputPerMTok: part.price / 4, outputPerMTok: part.price },
    ...(part.known
      ? {
        profile: profile({ code: part.code, writing: part.writing }, { qualityTier: part.tier }),
      }
      : {}),
  })
);

const fleet = fc.uniqueArray(anyCapability, { selector: ({ id }) => id, maxLength: 12 });

const policy: fc.Arbitrary<RoutePolicy> = fc.record({
  localOnly: fc.boolean(),
  meshOnly: fc.boolean(),
  requireTags: fc.uniqueArray(fc.constantFrom(...tags), { maxLength: 2 }),
  excludeTags: fc.uniqueArray(fc.constantFrom(...tags), { maxLength: 2 }),
  backends: fc.uniqueArray(fc.constantFrom(...backends), { maxLength: 2 }),
  maxCostPerMTok: fc.constantFrom(0, 1, 100),
  regions: fc.uniqueArray(fc.constantFrom("de", "us"), { maxLength: 2 }),
}, { requiredKeys: [] });

const anyRequest: fc.Arbitrary<RouteRequest> = fc.record({
  intent: fc.constantFrom("fix this TypeError: x", "write a poem", "hello", "", "what is it?"),
  preference: fc.constantFrom("cost" as const, "balanced" as const, "quality" as const),
  required: features,
  policy,
}).map((part) => request(part));

function decide(list: readonly Capability[], ask: RouteRequest, owner: RoutePolicy = {}): Decision {
  const { router } = routerOf(list, { policy: owner });
  return router.decide(ask, { explain: true });
}

function outline({ outcome, candidates, rejected, refusal }: Decision) {
  return JSON.stringify({
    outcome,
    refusal,
    rejected: [...rejected].sort((a, b) => a.capability < b.capability ? -1 : 1),
    ranking: candidates.map((each) => [each.capability.id, each.score, each.factors]),
  });
}

Deno.test("decide() gives the same answer to the same question", () => {
  fc.assert(fc.property(fleet, anyRequest, (list, ask) => {
    assertEquals(outline(decide(list, ask)), outline(decide(list, ask)));
  }));
});

Deno.test("decide() does not depend on the order of the capabilities", () => {
  fc.assert(fc.property(
    fleet.chain((list) =>
      fc.tuple(
        fc.constant(list),
        fc.shuffledSubarray(list, {
          minLength: list.length,
        }),
      )
    ),
    anyRequest,
    ([list, shuffled], ask) => {
      const a = decide(list, ask).candidates.map((each) => [each.capability.id, each.score]);
      const b = decide(shuffled, ask).candidates.map((each) => [each.capability.id, each.score]);
      assertEquals(a, b);
    },
  ));
});

Deno.test("decide() explains each score in full: factors in their ranges, whose product it is", () => {
  fc.assert(fc.property(fleet, anyRequest, (list, ask) => {
    for (const { score, factors } of decide(list, ask).candidates) {
      assertEquals(factors.map(({ name }) => name), [...factorNames]);
      let product = 1;
      for (const { name, value, range, detail } of factors) {
        const [min, max] = range;
        assert(value >= min - 1e-12 && value <= max + 1e-12, `${name} ${value} ${min} ${max}`);
        assert(detail.length > 0, name);
        product *= value;
      }
      assert(Math.abs(product - score) < 1e-12);
    }
  }));
});

Deno.test("decide() never lets a violated constraint win, and says which it was", () => {
  fc.assert(fc.property(fleet, anyRequest, (list, ask) => {
    const { candidates, rejected } = decide(list, ask);
    assertEquals(candidates.length + rejected.length, list.length);
    for (const { capability: each } of candidates) {
      const { locality, features: has, cost, backend } = each;
      const { policy: p, required: needs } = ask;
      assertEquals(each.kind, "llm/chat");
      if (p.localOnly === true) assert(locality === "machine" || locality === "embedded");
      if (p.meshOnly === true) assert(locality !== "cloud");
      for (const tag of p.requireTags ?? []) assert(each.tags.includes(tag));
      for (const tag of p.excludeTags ?? []) assert(!each.tags.includes(tag));
      if (p.backends?.length) assert(p.backends.includes(backend));
      if (p.regions?.length) assert(p.regions.some((r) => each.tags.includes(`region:${r}`)));
      assert(cost.outputPerMTok <= (p.maxCostPerMTok ?? Infinity));
      if (needs.tools === true) assert(has.tools !== false);
      if (needs.vision === true) assert(has.vision !== false);
      assert((needs.contextTokens ?? 0) <= (has.contextTokens ?? Infinity));
    }
    for (const { reason } of rejected) assert(reason.length > 0);
  }));
});

Deno.test("decide() under two policies allows no more than under each of them", () => {
  fc.assert(fc.property(fleet, anyRequest, policy, (list, ask, owner) => {
    const ids = (decision: Decision) =>
      new Set(decision.candidates.map((each) => each.capability.id));
    const both = ids(decide(list, ask, owner));
    const alone = ids(decide(list, ask));
    const owners = ids(decide(list, { ...ask, policy: {} }, owner));
    for (const id of both) assert(alone.has(id) && owners.has(id));
  }));
});

function scoreOf(decision: Decision, id: string): number | undefined {
  return decision.candidates.find((each) => each.capability.id === id)?.score;
}

Deno.test("decide() never raises a score for more load", () => {
  fc.assert(fc.property(
    fleet.filter((list) => list.length > 0),
    anyRequest,
    fc.record({
      inFlight: fc.nat(20),
      queue: fc.nat(20),
      ttfbMs: fc.nat(60_000),
      failures: fc.nat(2),
    }),
    fc.constantFrom("inFlight" as const, "queue" as const, "ttfbMs" as const, "failures" as const),
    (list, ask, base, what) => {
      const { id } = list[0]!;
      const under = (state: typeof base): number | undefined => {
        const { router } = routerOf(list);
        router.load.firstByte(id, state.ttfbMs);
        router.load.setQueueDepth(id, state.queue);
        for (let i = 0; i < state.failures; i++) {
          router.load.begin(id);
          router.load.fail(id);
        }
        for (let i = 0; i < state.inFlight; i++) router.load.begin(id);
        return scoreOf(router.decide(ask, { explain: true }), id);
      };
      const more = what === "failures" ? { failures: 2 } : { [what]: base[what] + 7 };
      const [before, after] = [under(base), under({ ...base, ...more })];
      if (before !== undefined && after !== undefined) assert(after <= before);
    },
  ));
});

Deno.test("decide() never raises a score for a higher price", () => {
  fc.assert(fc.property(
    fleet.filter((list) => list.length > 0),
    anyRequest,
    fc.double({ min: 0, max: 100, noNaN: true }),
    (list, ask, extra) => {
      const [first, ...rest] = list;
      const { inputPerMTok, outputPerMTok } = first!.cost;
      const dearer = {
        ...first!,
        cost: { inputPerMTok: inputPerMTok + extra, outputPerMTok: outputPerMTok + extra },
      };
      const before = scoreOf(decide(list, ask), first!.id);
      const after = scoreOf(decide([dearer, ...rest], ask), first!.id);
      if (after !== undefined) assert(before !== undefined && after <= before);
    },
  ));
});

const texts: readonly string[] = [
  "",
  " ",
  "\0\x01\xff\ufffe",
  "👩‍👩‍👧‍👦🇩🇪🏳️‍🌈",
  "\ud800 a lone surrogate",
  "x".repeat(1_000_000),
  "the quick brown fox ".repeat(50_000),
  ..."Afrikaans: Hoe gaan dit? አማርኛ: ሰላም العربية: مرحبا বাংলা: কেমন আছো Bosanski: Kako si? Català: Com estàs? 中文:你好吗? Čeština: Jak se máš? Dansk: Hvordan går det? Ελληνικά: Τι κάνεις; English: How are you? Español: ¿Qué tal? Eesti: Kuidas läheb? فارسی: چطوری؟ Suomi: Mitä kuuluu? Français: Ça va ? ગુજરાતી: કેમ છો? עברית: מה שלומך? हिन्दी: आप कैसे हैं? Magyar: Hogy vagy? Հայերեն: Ինչպե՞ս ես Bahasa Indonesia: Apa kabar? Íslenska: Hvernig hefurðu það? Italiano: Come stai? 日本語:お元気ですか? ქართული: როგორ ხარ? ខ្មែរ: សុខសប្បាយទេ? ಕನ್ನಡ: ಹೇಗಿದ್ದೀರಾ? 한국어: 잘 지내? Latviešu: Kā tev iet? മലയാളം: സുഖമാണോ? Nederlands: Hoe gaat het? Polski: Jak się masz? Português: Como vai? Română: Ce faci? Русский: Как дела? Kiswahili: Habari? தமிழ்: எப்படி இருக்கீங்க? ไทย: สบายดีไหม Türkçe: Nasılsın? Українська: Як справи? Tiếng Việt: Bạn khỏe không?"
    .split(/(?<=[?؟՞;])\s/u),
];

Deno.test("decide() answers any text, with and without a vector", () => {
  const { router, reader } = routerOf([capability("a"), capability("b", { profile: profile({}) })]);
  reader.setAnchors(reader.anchorTexts().map((_, i) => axis(i % 16)));
  for (const intent of texts) {
    for (const context of [{}, { vector: axis(3) }, { vector: new Float32Array(2) }]) {
      const decision = router.decide(request({ intent }), context);
      assertEquals(decision.candidates.length, 2);
      assert(decision.candidates.every(({ score }) => score > 0 && Number.isFinite(score)));
    }
  }
});

Deno.test("decide() answers any name with a decision", () => {
  const { router } = routerOf([capability("a")]);
  fc.assert(fc.property(anyText(40), (model) => {
    const { candidates, refusal } = router.decide(request({ model }));
    assert((candidates.length > 0) !== (refusal !== undefined));
  }));
  for (const model of ["__proto__", "constructor", "a/".repeat(10_000), "x".repeat(1_000_000)]) {
    assertEquals(router.decide(request({ model })).refusal?.code, "model_not_found");
  }
});
