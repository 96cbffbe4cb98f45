import { assertEquals } from "@std/assert";
import { ExpiringMap, RecentMap } from "./choice_memory.ts";

Deno.test("RecentMap() keeps as many as it may, the oldest out", () => {
  const map = new RecentMap<number>(3);
  for (let i = 0; i < 10; i++) map.add(`k${i}`, i);
  assertEquals(["k6", "k7", "k8", "k9"].map((key) => map.get(key)), [undefined, 7, 8, 9]);
});

Deno.test("ExpiringMap() forgets by age, and by number the one that was set longest ago", () => {
  const map = new ExpiringMap<string>({ maxEntries: 2, maxAgeMs: 100 });
  map.set("a", "1", 0);
  map.set("b", "1", 10);
  map.set("a", "2", 20);
  map.set("c", "1", 30);
  assertEquals(map.get("b", 30), undefined);
  assertEquals(map.get("a", 120), "2");
  assertEquals(map.get("a", 121), undefined);
  assertEquals(map.size, 2);
});

Deno.test("ExpiringMap() of no entries holds nothing", () => {
  const map = new ExpiringMap<string>({ maxEntries: 0, maxAgeMs: 100 });
  map.set("a", "1", 0);
  assertEquals(map.get("a", 0), undefined);
});
