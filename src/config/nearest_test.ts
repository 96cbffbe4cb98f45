import { assertEquals } from "@std/assert";
import { nearestName } from "./nearest.ts";

Deno.test("nearestName() finds what was meant", () => {
  const known = ["port", "host", "allowedHosts", "maxBodyBytes"];
  assertEquals(nearestName("prot", known), "port");
  assertEquals(nearestName("Port", known), "port");
  assertEquals(nearestName("allowed_hosts", known), "allowedHosts");
  assertEquals(nearestName("max-body-bytes", known), "maxBodyBytes");
  assertEquals(nearestName("maxBodyByts", known), "maxBodyBytes");
});

Deno.test("nearestName() finds nothing when nothing is near", () => {
  assertEquals(nearestName("colour", ["port", "host"]), undefined);
  assertEquals(nearestName("ab", ["port"]), undefined);
  assertEquals(nearestName("", ["port"]), undefined);
});
