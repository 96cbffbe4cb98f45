import { assert, assertEquals, assertThrows } from "@std/assert";
import { AtmosphereError } from "../core/mod.ts";
import { constantNames, constantTable, resolveConstants } from "./constants.ts";
import { routerOf } from "./testdata/capabilities.ts";

Deno.test("constantTable has a default within its range, a unit and a reason everywhere", () => {
  for (const name of constantNames) {
    const { value, unit, range, reason } = constantTable[name];
    assert(value >= range[0] && value <= range[1], name);
    assert(unit.length > 0 && reason.length > 20, name);
  }
});

Deno.test("resolveConstants() overrides by name and leaves the rest", () => {
  const constants = resolveConstants({ routeThreshold: 0.8 });
  assertEquals(constants.routeThreshold, 0.8);
  assertEquals(constants.meaningFloor, constantTable.meaningFloor.value);
});

Deno.test("resolveConstants() reports every mistake with its name and what is expected", () => {
  const error = assertThrows(
    () => resolveConstants({ routeTreshold: 0.5, meaningFloor: 3, coldFactor: NaN }),
    AtmosphereError,
  );
  assertEquals(error.code, "config_invalid");
  assertEquals(error.details?.mistakes, [
    "router.constants.routeTreshold: there is no constant of this name, the nearest is routeThreshold",
    "router.constants.meaningFloor: is 3, expected 0 to 0.99 cosine",
    "router.constants.coldFactor: is NaN, expected 0.1 to 1 factor",
  ]);
});

Deno.test("resolveConstants() does not take names of the prototype for constants", () => {
  assertThrows(() => resolveConstants({ toString: 1 }), AtmosphereError);
});

Deno.test("createRouter() refuses mistaken constants", () => {
  assertThrows(() => routerOf([], { constants: { nonsense: 1 } }), AtmosphereError, "nonsense");
});
