/** The page of `ui/` keeps up with what the node can say. */
import { assertEquals } from "@std/assert";
import { readRepositoryFile } from "./support/paths.ts";
import { eventTypes } from "../ui/events.js";

Deno.test("the page hears of every type of event", () => {
  const declared = readRepositoryFile("src/core/events.ts");
  const types = [...declared.matchAll(/readonly type: "([\w.]+)"/g)].map((match) => match[1]);
  assertEquals([...eventTypes].sort(), types.sort());
});
