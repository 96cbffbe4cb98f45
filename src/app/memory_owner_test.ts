import { assertEquals } from "@std/assert";
import { loadConfig } from "../config/mod.ts";
import { openMemory } from "./memory.ts";

Deno.test({
  name: "openMemory() by root leaves the files to whom the directory belongs",
  ignore: Deno.build.os === "windows" || Deno.uid() !== 0,
  async fn() {
    const dataDir = await Deno.makeTempDir();
    try {
      await Deno.chown(dataDir, 65_534, 65_534);
      const config = await loadConfig({ env: { ATMOSPHERE_DATA_DIR: dataDir } });
      {
        await using memory = await openMemory(config);
        await memory.add([{ id: "a", text: "kept", vector: [1, 2] }]);
        for (const { name } of Deno.readDirSync(dataDir)) {
          const { uid, gid } = await Deno.stat(`${dataDir}/${name}`);
          assertEquals([name, uid, gid], [name, 65_534, 65_534]);
        }
      }
      assertEquals((await Deno.stat(`${dataDir}/atmosphere.db`)).uid, 65_534);
    } finally {
      await Deno.remove(dataDir, { recursive: true });
    }
  },
});
