/**
 * Upgrades the memory file named by its argument until it is killed or done, and says when it
 * begins and when it is done. Started by `upgrade_test.ts`.
 *
 * @module
 */

import { Database } from "../../src/memory/database/database.ts";
import { migrate } from "../../src/memory/database/migrations.ts";
import { fileUrl } from "../../src/memory/database/place.ts";

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

const database = await Database.open({ url: fileUrl(Deno.args[0] ?? "") });
say("begins");
await migrate(database, { nowMs: Date.now() });
say("done");
await database.close();
