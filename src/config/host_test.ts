import { assert, assertEquals } from "@std/assert";
import { isHost, isLoopbackHost } from "./host.ts";

Deno.test("isLoopbackHost() is true only for what stays on this machine", () => {
  const loopback = [
    "127.0.0.1",
    "127.255.255.254",
    "::1",
    "[::1]",
    "0:0:0:0:0:0:0:1",
    "::ffff:127.0.0.1",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "app.localhost",
  ];
  for (const host of loopback) assert(isLoopbackHost(host), host);
  const foreign = [
    "0.0.0.0",
    "::",
    "[::]",
    "192.168.1.2",
    "128.0.0.1",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "notlocalhost",
    "::2",
    "::ffff:10.0.0.1",
    "",
    "127.0.0.256",
  ];
  for (const host of foreign) assert(!isLoopbackHost(host), host);
});

Deno.test("isHost() takes addresses and names, nothing else", () => {
  for (const host of ["0.0.0.0", "::", "[fe80::1]", "studio", "studio.lan", "a_b.example"]) {
    assert(isHost(host), host);
  }
  const wrong = [
    "",
    " ",
    "a b",
    "http://a",
    "a:80",
    "1.2.3",
    "1.2.3.4.5",
    "300.1.1.1",
    "-a",
    "a..b",
  ];
  for (const host of [...wrong, "[::1", ":::1", "fe80::1%eth0", "a".repeat(64)]) {
    assertEquals(isHost(host), false, host);
  }
});
