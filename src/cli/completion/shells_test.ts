import { assertEquals, assertStringIncludes } from "@std/assert";
import { runInMemory } from "../testdata/context.ts";

const zshList = new URL("../testdata/zsh_list.zsh", import.meta.url);

async function isInstalled(shell: string): Promise<boolean> {
  try {
    return (await new Deno.Command(shell, { args: ["-c", "true"], stderr: "null" }).output())
      .success;
  } catch {
    return false;
  }
}

/** The completion script of `shell` as a file, for the length of a test. */
async function scriptFile(shell: string) {
  const { code, stdout } = await runInMemory(["completions", shell]);
  assertEquals(code, 0);
  const path = await Deno.makeTempFile({ prefix: "atmosphere-completion-" });
  await Deno.writeTextFile(path, stdout);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}

async function shellOutput(shell: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(shell, { args: [...args] }).output();
  assertEquals(new TextDecoder().decode(stderr), "");
  assertEquals(success, true);
  return new TextDecoder().decode(stdout);
}

/** What bash offers for `words`, of which the last is under the cursor. */
async function bashOffers(script: string, words: readonly string[]): Promise<string[]> {
  const text = await shellOutput("bash", [
    "--norc",
    "-c",
    'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _atmosphere; printf "%s\\n" "${COMPREPLY[@]}"',
    "bash",
    script,
    ...words,
  ]);
  return text.split("\n").filter((line) => line !== "");
}

Deno.test({
  name: "completions bash offers commands, flags and values in bash",
  ignore: !await isInstalled("bash"),
  async fn() {
    await using script = await scriptFile("bash");
    const offers = (...words: string[]) => bashOffers(script.path, words);
    assertEquals(await offers("atmosphere", "conf"), ["config"]);
    assertEquals((await offers("atmosphere", "config", "s")).sort(), ["schema", "set", "show"]);
    assertEquals(await offers("atmosphere", "serve", "--po"), ["--port"]);
    assertEquals(await offers("atmosphere", "--log-level", "de"), ["debug"]);
    assertEquals(await offers("atmosphere", "--log-level", "=", "de"), ["debug"]);
    assertEquals(await offers("atmosphere", "completions", "z"), ["zsh"]);
    // The value of a flag is no command, even when it is called like one.
    assertEquals(await offers("atmosphere", "--data-dir", "config", "conf"), ["config"]);
  },
});

Deno.test({
  name: "completions fish offers commands, flags and values in fish",
  ignore: !await isInstalled("fish"),
  async fn() {
    await using script = await scriptFile("fish");
    const offers = async (line: string) => {
      const text = await shellOutput("fish", [
        "--no-config",
        "-c",
        'source $argv[1]; complete -C "$argv[2]"',
        script.path,
        line,
      ]);
      return text.split("\n").filter((l) => l !== "").map((l) => l.split("\t")[0]);
    };
    assertEquals(await offers("atmosphere conf"), ["config"]);
    assertEquals(await offers("atmosphere config sh"), ["show"]);
    assertEquals(await offers("atmosphere serve --po"), ["--port"]);
    assertEquals(await offers("atmosphere --log-level de"), ["debug"]);
    assertEquals(await offers("atmosphere completions z"), ["zsh"]);
    assertEquals(await offers("atmosphere --data-dir config conf"), ["config"]);
  },
});

Deno.test({
  name: "completions zsh offers commands, flags and values in zsh",
  ignore: !await isInstalled("zsh"),
  async fn() {
    await using script = await scriptFile("zsh");
    const text = await shellOutput("zsh", [
      "-f",
      decodeURIComponent(zshList.pathname),
      script.path,
      "atmosphere config ",
      "atmosphere serve --p",
      "atmosphere --log-level ",
      "atmosphere completions f",
    ]);
    const [group = "", flag = "", value = "", argument = ""] = text.split("\0");
    assertStringIncludes(group, "validate  -- Check the configuration file");
    assertEquals(group.includes("doctor"), false);
    assertStringIncludes(flag, "--port  --");
    assertStringIncludes(value, "debug");
    assertEquals(value.includes("doctor"), false);
    assertStringIncludes(argument, "fish");
  },
});

Deno.test("completions refuses a shell that it does not know", async () => {
  const { code, stderr } = await runInMemory(["completions", "tcsh"]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, 'bash, fish, powershell, zsh, not for "tcsh"');
});
