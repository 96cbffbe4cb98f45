import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { readRepositoryFile } from "../support/paths.ts";
import { runInMemory } from "../../src/cli/testdata/context.ts";
import { readPowershell } from "./powershell_syntax.ts";

/** What Windows PowerShell 5.1 brings along of what the script calls. */
const builtIn = [
  "Copy-Item",
  "ForEach-Object",
  "Get-Command",
  "Get-Content",
  "Get-FileHash",
  "Get-Item",
  "Invoke-WebRequest",
  "Join-Path",
  "New-Item",
  "Remove-Item",
  "Set-ItemProperty",
  "Set-StrictMode",
  "Split-Path",
  "Test-Path",
  "Where-Object",
  "Write-Host",
];
const automatic = [
  "_",
  "erroractionpreference",
  "executioncontext",
  "false",
  "iswindows",
  "lastexitcode",
  "matches",
  "null",
  "pid",
  "progresspreference",
  "psversiontable",
  "true",
];

const text = readRepositoryFile("install.ps1");

Deno.test("install.ps1 is PowerShell, in letters that every version of it reads", async () => {
  const { mistakes } = await readPowershell(text);
  assertEquals(mistakes, []);
  // deno-lint-ignore no-control-regex
  assertEquals(text.match(/[^\x00-\x7f]/g), null);
});

Deno.test("install.ps1 that was itself cut short runs nothing", async () => {
  const { statements } = await readPowershell(text);
  assertEquals(statements.slice(0, 1), ["param_block"]);
  assertEquals(statements.at(-1), "pipeline");
  assertEquals(new Set(statements.slice(1, -1)), new Set(["function_statement"]));
});

Deno.test("install.ps1 calls nothing and reads nothing that is not there", async () => {
  const { commands, functions, variables } = await readPowershell(text);
  const known = new Set([...builtIn, ...functions]);
  assertEquals(commands.filter((name) => !known.has(name) && !name.startsWith("$")), []);
  assertEquals(functions.filter((name) => !commands.includes(name)), []);
  const code = text.toLowerCase();
  const unassigned = variables.filter((name) =>
    !automatic.includes(name) && !name.startsWith("env:") && !name.includes(":") &&
    !new RegExp(`\\$${name} = |\\] \\$${name}\\b|foreach \\(\\$${name} in `).test(code)
  );
  assertEquals(unassigned, []);
});

Deno.test("install.ps1 has the parameters of install.sh, each explained", () => {
  for (const name of ["Version", "Dir", "NoModifyPath", "Offline", "DryRun", "Uninstall"]) {
    assertStringIncludes(text, `.PARAMETER ${name}\n`);
    assert(new RegExp(`\\[(string|switch)\\] \\$${name}\\b`).test(text), name);
  }
});

Deno.test("completions powershell prints PowerShell", async () => {
  const { stdout } = await runInMemory(["completions", "powershell"]);
  const { mistakes, commands } = await readPowershell(stdout);
  assertEquals(mistakes, []);
  assert(commands.includes("Register-ArgumentCompleter"));
});
