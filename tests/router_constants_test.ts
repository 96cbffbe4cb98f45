/** The configuration knows the router's constants by a list that is made from the router's table. */
import { assertEquals } from "@std/assert";
import { constantTable } from "../src/router/constants.ts";

const file = new URL("../src/config/router_constants.gen.ts", import.meta.url);

function listOfConstants(): string {
  const lines = Object.entries(constantTable).map(([name, { range }]) =>
    `  ${name}: [${range.join(", ")}],\n`
  );
  return "/** Names and ranges of the router's constants, made from its table by " +
    "`tests/router_constants_test.ts`. */\n" +
    "export const constantRanges: Readonly<Record<string, readonly [min: number, max: number]>> = {\n" +
    `${lines.join("")}};\n`;
}

Deno.test("config knows every constant of the router with its range", async () => {
  const made = listOfConstants();
  if (Deno.env.get("ATMOSPHERE_UPDATE_DOCS") === "1") await Deno.writeTextFile(file, made);
  assertEquals(
    await Deno.readTextFile(file),
    made,
    "run ATMOSPHERE_UPDATE_DOCS=1 deno task test tests/router_constants_test.ts",
  );
});
