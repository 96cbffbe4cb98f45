import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
// What the library below validates with, if it finds it in the program.
import "ajv";
import "ajv-formats";
import "ajv-formats-draft2019";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import type { ThirdParty } from "../../dist-scripts/build/notices.ts";
import {
  nextVersion,
  notesOf,
  sectionOf,
  withRelease,
} from "../../dist-scripts/release/changelog.ts";
import { renderSbom } from "../../dist-scripts/release/sbom.ts";

Deno.test("sectionOf() sorts conventional commits under their headings", () => {
  assertEquals(
    sectionOf(["fix(router): ties", "feat: first", "docs: none", "feat(cli)!: flags", "free text"]),
    "### Added\n\n- first\n- cli: flags (breaking)\n\n### Fixed\n\n- router: ties\n",
  );
});

Deno.test("nextVersion() raises what the commits ask for", () => {
  const next = (current: string, subjects: string[], bodies = "") =>
    nextVersion(current, { subjects, bodies });
  assertEquals(next("1.2.3", ["fix: a"]), "1.2.4");
  assertEquals(next("1.2.3", ["fix: a", "feat: b"]), "1.3.0");
  assertEquals(next("1.2.3", ["fix!: a"]), "2.0.0");
  assertEquals(next("1.2.3", ["fix: a"], "BREAKING CHANGE: all"), "2.0.0");
  assertEquals(next("0.2.3", ["feat!: a"]), "0.3.0");
});

Deno.test("withRelease() closes the open section and notesOf() reads it back", () => {
  const before = "# Changelog\n\n## [Unreleased]\n\n- One\n\n## [0.1.0] - 2026-01-01\n\n- Old\n";
  const release = { version: "0.2.0", date: "2026-02-02", fallback: "- Commits\n" };
  const after = withRelease(before, release);
  assertEquals(
    after,
    "# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-02-02\n\n- One\n\n## [0.1.0] - 2026-01-01\n\n- Old\n",
  );
  assertEquals(notesOf(after, "0.2.0"), "- One\n");
  assertEquals(notesOf(after, "0.1.0"), "- Old\n");
  assertThrows(() => withRelease(after, release), Error, "has a section of 0.2.0 already");
  const third = withRelease(after, { ...release, version: "0.3.0" });
  assertEquals(notesOf(third, "0.3.0"), "- Commits\n");
  assertThrows(() => withRelease(third, { ...release, version: "1.0.0", fallback: "" }), Error);
});

const party: ThirdParty = {
  name: "@scope/a",
  version: "1.0.0",
  licence: "(MIT OR Apache-2.0)",
  homepage: "https://example.org/",
  isPackage: true,
  text: "long",
};
const weights = { ...party, name: "weights", version: "", licence: "MIT", isPackage: false };
const sbomOptions = {
  version: "1.0.0",
  triple: "x86_64-unknown-linux-gnu",
  sha256: "0".repeat(64),
  timestamp: "2026-01-01T00:00:00.000Z",
  parties: [party, weights],
};

Deno.test("renderSbom() names every part once, the same each time", () => {
  const document = JSON.parse(renderSbom(sbomOptions));
  assertEquals(renderSbom(sbomOptions), renderSbom(sbomOptions));
  assertEquals(document.components[0].purl, "pkg:npm/%40scope/a@1.0.0");
  assertEquals(document.components[0].licenses, [{ expression: "MIT OR Apache-2.0" }]);
  assertEquals("purl" in document.components[1], false);
  assertEquals(document.dependencies[0].dependsOn, ["pkg:npm/%40scope/a@1.0.0", "weights"]);
  assertEquals(
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
      .test(document.serialNumber),
    true,
  );
});

Deno.test("renderSbom() keeps CycloneDX's schema", async () => {
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
  const text = renderSbom(sbomOptions);
  assertEquals(await validator.validate(text), null);
  for (const [from, to] of [['"library"', '"bookshop"'], ['"MIT"', '"no licence"']] as const) {
    assertNotEquals(await validator.validate(text.replace(from, to)), null);
  }
});
