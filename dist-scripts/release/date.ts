/** The date that everything of a release carries. */
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/**
 * `SOURCE_DATE_EPOCH`, else the time of the last commit, in seconds: never the clock, so that two
 * runs on the same commit give the same bytes.
 */
export async function releaseTimeS(): Promise<number> {
  const given = Deno.env.get("SOURCE_DATE_EPOCH");
  if (given !== undefined && /^\d+$/.test(given)) return Number(given);
  const { success, stdout } = await new Deno.Command("git", {
    args: ["log", "-1", "--format=%ct"],
    cwd: root,
    stderr: "null",
  }).output();
  if (!success) throw new Error("Reading the commit's time failed; set SOURCE_DATE_EPOCH");
  return Number(new TextDecoder().decode(stdout).trim());
}

/** The same as a date in UTC, such as `2026-11-24`. */
export async function releaseDate(): Promise<string> {
  return new Date(await releaseTimeS() * 1000).toISOString().slice(0, 10);
}
