import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { AtmosphereError } from "../../core/errors.ts";
import { installRelease } from "./install.ts";
import { findRelease } from "./release.ts";
import { previousPath, swapBack } from "./swap.ts";
import {
  fakeFetch,
  type FakeRelease,
  fakeReleases,
  makeRelease,
  sha256,
} from "./testdata/release.ts";

const target = Deno.build.target;

/** A folder with an executable that holds `old`. */
async function makePlace() {
  const folder = await Deno.makeTempDir({ prefix: "atmosphere-update-" });
  const executable = join(folder, Deno.build.os === "windows" ? "atmosphere.exe" : "atmosphere");
  await Deno.writeTextFile(executable, "old", { mode: 0o755 });
  return {
    folder,
    executable,
    names: () => [...Deno.readDirSync(folder)].map(({ name }) => name).sort(),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

async function update(
  executable: string,
  options: {
    readonly release: FakeRelease;
    readonly answer?: (path: string) => Response | undefined;
    readonly signal?: AbortSignal;
    readonly onProgress?: () => void;
  },
): Promise<string> {
  const { fetch } = fakeFetch(options.release, options.answer);
  const signal = options.signal ?? new AbortController().signal;
  const release = await findRelease({ releases: fakeReleases, fetch, signal });
  return await installRelease(release, {
    executable,
    fetch,
    signal,
    stallMs: 60_000,
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  });
}

Deno.test("installRelease() puts the new executable in place and keeps the old one", async () => {
  await using place = await makePlace();
  const release = await makeRelease("1.2.3");
  const previous = await update(place.executable, { release });
  assertEquals(await Deno.readTextFile(place.executable), release.content);
  assertEquals(await Deno.readTextFile(previous), "old");
  if (Deno.build.os !== "windows") {
    assertEquals((await Deno.stat(place.executable)).mode! & 0o777, 0o755);
  }
  assertEquals(place.names().length, 2);
});

Deno.test("swapBack() exchanges the two, and again", async () => {
  await using place = await makePlace();
  const release = await makeRelease("1.2.3");
  await assertRejects(() => swapBack(place.executable), AtmosphereError, "No earlier executable");
  await update(place.executable, { release });
  await swapBack(place.executable);
  assertEquals(await Deno.readTextFile(place.executable), "old");
  assertEquals(await Deno.readTextFile(previousPath(place.executable)), release.content);
  await swapBack(place.executable);
  assertEquals(await Deno.readTextFile(place.executable), release.content);
  assertEquals(place.names().length, 2);
});

Deno.test("installRelease() leaves the old executable alone, whatever is wrong with the release", async () => {
  await using place = await makePlace();
  const release = await makeRelease("1.2.3");
  const archiveOf = (body: BodyInit, init?: ResponseInit) => (path: string) =>
    path.endsWith(".tar.gz") ? new Response(body, init) : undefined;
  const half = release.archive.slice(0, release.archive.length >> 1);
  const cut = () =>
    new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(half),
      pull: (controller) => controller.error(new TypeError("connection reset")),
    }, { highWaterMark: 0 });
  const other = await makeRelease("1.2.3", { content: "something else" });
  const cases: [string, FakeRelease, ((path: string) => Response | undefined) | undefined][] = [
    ["404", release, archiveOf("Not Found", { status: 404 })],
    ["500", release, archiveOf("", { status: 500 })],
    ["instead of", release, archiveOf(half)],
    ["instead of", release, archiveOf("")],
    ["instead of", release, archiveOf("<html>sign in</html>")],
    ["connection reset", release, archiveOf(cut())],
    ["not be protected", release, () => Response.redirect("http://elsewhere.example/", 302)],
    ["more than 5 times", release, () => Response.redirect(`${fakeReleases}/round`, 302)],
    ["instead of", { ...release, archive: other.archive }, undefined],
    ["instead of", { ...release, bill: other.bill }, undefined],
    ["has no atmosphere-", { ...release, checksums: "" }, undefined],
    ["has no atmosphere-", { ...release, checksums: "<html>" }, undefined],
    ["more than one", { ...release, checksums: release.checksums.repeat(2) }, undefined],
    ["has no atmosphere", await makeRelease("1.2.3", { files: [] }), undefined],
  ];
  for (const [message, wrong, answer] of cases) {
    const error = await assertRejects(
      () => update(place.executable, { release: wrong, ...(answer ? { answer } : {}) }),
      AtmosphereError,
    );
    assertEquals([error.code, error.exitCode], ["update_failed", 1]);
    assertStringIncludes(error.message, message);
    assertEquals(await Deno.readTextFile(place.executable), "old");
    assertEquals(place.names().length, 1, message);
  }
});

Deno.test("installRelease() refuses an archive that is cut at any byte, though its checksum fits", async () => {
  await using place = await makePlace();
  const release = await makeRelease("1.2.3");
  for (let length = 0; length < release.archive.length - 1; length += 7) {
    const archive = release.archive.slice(0, length);
    const checksums = release.checksums.replace(sha256(release.archive), sha256(archive));
    const outcome = await update(place.executable, {
      release: { ...release, archive, checksums },
    }).catch((error) => error);
    // The executable may lie whole in the part that is there.
    if (typeof outcome === "string") {
      assertEquals(await Deno.readTextFile(place.executable), release.content);
      break;
    }
    assertEquals([length, outcome.code], [length, "update_failed"]);
    assertEquals(await Deno.readTextFile(place.executable), "old");
    assertEquals(place.names().length, 1);
  }
});

Deno.test("installRelease() refuses an executable that is not the one that the release states", async () => {
  await using place = await makePlace();
  const release = await makeRelease("1.2.3");
  const bill = release.bill.replace(sha256(release.content), sha256("another"));
  const checksums = release.checksums.replace(sha256(release.bill), sha256(bill));
  await assertRejects(
    () => update(place.executable, { release: { ...release, bill, checksums } }),
    AtmosphereError,
    "The checksum of the executable",
  );
  assertEquals(place.names().length, 1);
});

Deno.test("installRelease() that is interrupted rejects with the reason and leaves nothing", async () => {
  await using place = await makePlace();
  const release = await makeRelease("1.2.3");
  const controller = new AbortController();
  const reason = new DOMException("Ctrl-C", "AbortError");
  const error = await assertRejects(() =>
    update(place.executable, {
      release,
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    })
  );
  assertEquals(error, reason);
  assertEquals(place.names().length, 1);
});

Deno.test("installRelease() gives up on a server that falls silent", async () => {
  await using place = await makePlace();
  const release = await makeRelease("1.2.3");
  // The real one ends its stream when the request is given up.
  const silent = ((input: URL | RequestInfo, init?: RequestInit) => {
    if (!String(input).endsWith(".tar.gz")) return fakeFetch(release).fetch(input, init);
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(release.archive.slice(0, 10));
        const { signal } = init!;
        signal?.addEventListener("abort", () => controller.error(signal.reason));
      },
    });
    return Promise.resolve(new Response(body));
  }) as typeof fetch;
  const options = { fetch: silent, signal: new AbortController().signal, stallMs: 20 };
  const found = await findRelease({ releases: fakeReleases, ...options });
  const error = await assertRejects(
    () => installRelease(found, { executable: place.executable, ...options }),
    AtmosphereError,
    "silent for 0 s",
  );
  assertEquals(error.code, "update_failed");
  assertEquals(place.names().length, 1);
});

Deno.test("installRelease() removes what an update that was killed left behind, not what is under way", async () => {
  await using place = await makePlace();
  const old = join(place.folder, ".atmosphere.update.1.tar.gz");
  await Deno.writeTextFile(old, "half");
  await Deno.utime(old, new Date(0), new Date(0));
  await Deno.writeTextFile(join(place.folder, ".atmosphere.update.2"), "half");
  await update(place.executable, { release: await makeRelease("1.2.3") });
  const names = place.names();
  assert(!names.includes(".atmosphere.update.1.tar.gz"));
  assert(names.includes(".atmosphere.update.2"));
});

Deno.test("findRelease() reads the version of the latest and of a named release", async () => {
  const release = await makeRelease("1.2.3-rc.1");
  const { fetch, asked } = fakeFetch(release);
  const signal = new AbortController().signal;
  const latest = await findRelease({ releases: `${fakeReleases}/`, fetch, signal });
  assertEquals(latest.version, "1.2.3-rc.1");
  assertEquals(latest.archive, `${fakeReleases}/latest/download/atmosphere-${target}.tar.gz`);
  const named = await findRelease({
    releases: fakeReleases,
    version: "1.2.3-rc.1",
    fetch,
    signal,
  });
  assertEquals(named.archiveSha256, latest.archiveSha256);
  assertEquals(asked.at(-1), `${fakeReleases}/download/v1.2.3-rc.1/atmosphere-${target}.cdx.json`);
  const liar = fakeFetch(
    release,
    (path) =>
      path.includes("/v2.0.0/")
        ? new Response(path.endsWith(".txt") ? release.checksums : release.bill)
        : undefined,
  );
  await assertRejects(
    () => findRelease({ releases: fakeReleases, version: "2.0.0", fetch: liar.fetch, signal }),
    AtmosphereError,
    "The release of 2.0.0 states that it is 1.2.3-rc.1",
  );
});
