import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { sourceDigest } from "../../dist-scripts/build_ui.ts";
import { createAssetSource } from "./asset_source.ts";
import { embeddedAssets, sourceDigest as builtFrom } from "./assets.gen.ts";
import { setUp } from "./fakes_test.ts";

Deno.test("assets.gen.ts is current: run dist-scripts/build_ui.ts after a change in ui/", () => {
  assertEquals(builtFrom, sourceDigest());
});

Deno.test("createAssetSource() holds the same bytes in every coding, smaller ones only", () => {
  const assets = createAssetSource();
  for (const { path } of embeddedAssets) {
    const asset = assets(path);
    if (asset === undefined) throw new Error(`${path} is missing`);
    const { br, gzip } = asset.encoded;
    if (br !== undefined) assertEquals(new Uint8Array(brotliDecompressSync(br)), asset.bytes);
    if (gzip !== undefined) assertEquals(new Uint8Array(gunzipSync(gzip)), asset.bytes);
    for (const encoded of [br, gzip]) {
      assertEquals(encoded === undefined || encoded.length < asset.bytes.length, true);
    }
    assertEquals(assets(path) === asset, true);
  }
  assertEquals(assets("/nothing"), undefined);
  assertEquals(assets("/../deno.json"), undefined);
});

Deno.test("createApp() serves the page without anything from elsewhere or inline", async () => {
  const { call } = setUp({ assets: createAssetSource() });
  const page = await call("/");
  const html = await page.text();
  assertEquals(page.headers.get("content-type"), "text/html; charset=utf-8");
  const policy = page.headers.get("content-security-policy") ?? "";
  assertStringIncludes(policy, "default-src 'none'");
  assertStringIncludes(policy, "frame-ancestors 'none'");
  assertEquals(/unsafe|\*|https?:/.test(policy), false);
  assertEquals(page.headers.get("referrer-policy"), "no-referrer");
  assertEquals(
    / on[a-z]+=|style=|<style|<script(?! type="module" src="\/)|https?:/.test(html),
    false,
  );
  for (const [, path = ""] of html.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
    const file = await call(path);
    await file.body?.cancel();
    assertEquals(file.status, 200, path);
  }
});

Deno.test("createApp() lets hashed files be kept for good, and the page be asked for", async () => {
  const { call } = setUp({ assets: createAssetSource() });
  for (const { path } of embeddedAssets) {
    const response = await call(path, { method: "HEAD" });
    assertMatch(
      response.headers.get("cache-control") ?? "",
      path === "/" ? /^no-cache$/ : /^public, max-age=31536000, immutable$/,
    );
  }
});

Deno.test("createApp() sends files compressed as the caller accepts them", async () => {
  const { call } = setUp({ assets: createAssetSource() });
  const plain = await (await call("/", { headers: { "accept-encoding": "identity" } })).text();
  const cases: Array<[accept: string, encoding: string | null]> = [
    ["gzip, deflate, br", "br"],
    ["gzip", "gzip"],
    ["br;q=0, gzip;q=0.5", "gzip"],
    ["*", "br"],
    ["", null],
    ["zstd", null],
    ["identity", null],
  ];
  for (const [accept, encoding] of cases) {
    const response = await call("/", { headers: { "accept-encoding": accept } });
    assertEquals(response.headers.get("content-encoding"), encoding, accept);
    assertStringIncludes(response.headers.get("vary") ?? "", "accept-encoding");
    const bytes = new Uint8Array(await response.arrayBuffer());
    const text = encoding === "br"
      ? brotliDecompressSync(bytes)
      : encoding === "gzip"
      ? gunzipSync(bytes)
      : bytes;
    assertEquals(new TextDecoder().decode(text), plain);
  }
});

Deno.test("createApp() does not send what the caller has", async () => {
  const { call } = setUp({ assets: createAssetSource() });
  const etag = (await call("/", { method: "HEAD" })).headers.get("etag") ?? "";
  for (const value of [etag, `"other", ${etag}`, "*"]) {
    const response = await call("/", { headers: { "if-none-match": value } });
    assertEquals([response.status, await response.text()], [304, ""]);
    assertEquals(response.headers.get("etag"), etag);
  }
  const stale = await call("/", { headers: { "if-none-match": 'W/"0000000000"' } });
  await stale.body?.cancel();
  assertEquals(stale.status, 200);
});
