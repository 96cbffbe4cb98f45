import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "../support/paths.ts";
import { finish, isInstalled } from "./tools.ts";

const folder = fromFileUrl(new URL("../../dist-scripts/deb/", import.meta.url));
/** Highest score of `systemd-analyze security` that the unit may have. */
const highestExposure = 1.5;

Deno.test({
  name: "the unit of the Debian package exposes little",
  ignore: !await isInstalled("systemd-analyze"),
  async fn() {
    const { stdout } = await finish("systemd-analyze", {
      args: ["security", "--offline=yes", "--no-pager", `${folder}atmosphere.service`],
    });
    const exposure = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1]);
    assert(exposure <= highestExposure, `exposure is ${exposure}`);
  },
});

Deno.test({
  name: "the maintainer scripts of the Debian package satisfy shellcheck and checkbashisms",
  ignore: !await isInstalled("shellcheck") || !await isInstalled("checkbashisms"),
  async fn() {
    const scripts = ["postinst", "prerm", "postrm"].map((name) => folder + name);
    for (const [tool, args] of [["shellcheck", ["-s", "sh"]], ["checkbashisms", []]] as const) {
      const { stdout, stderr } = await finish(tool, { args: [...args, ...scripts] });
      assertEquals(stdout + stderr, "");
    }
  },
});
