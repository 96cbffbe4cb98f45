/**
 * Completion for PowerShell.
 *
 * @module
 */

import type { CompletedFlag, CompletionNode } from "./nodes.ts";
import { valueFlags } from "./nodes.ts";

/** The script that a profile runs. */
export function powershellCompletion(name: string, nodes: readonly CompletionNode[]): string {
  const places = nodes.map(({ path, commands, flags, argument }) => {
    const words = [
      ...commands.map((command) => pair(command.name, command.description)),
      ...(argument?.kind === "words" ? argument.words.map((word) => pair(word, word)) : []),
      ...flags.map((flag) => pair(flag.text, flag.description)),
    ];
    const names = commands.map((command) => quote(command.name)).join(", ");
    return `    ${quote(path)} = @{ Commands = @(${names}); Words = @(${words.join("; ")}) }`;
  });
  const values = new Map<string, string>();
  for (const flag of nodes.flatMap((node) => node.flags)) {
    if (flag.value?.kind === "words") values.set(flag.text, wordList(flag));
  }
  return `# PowerShell completion for ${name}:
# ${name} completions powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName ${quote(name)} -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $places = @{
${places.join("\n")}
  }
  $takesValue = @(${valueFlags(nodes).map(quote).join(", ")})
  $valuesOf = @{
${[...values].map(([flag, words]) => `    ${quote(flag)} = @(${words})`).join("\n")}
  }
  $typed = @($commandAst.CommandElements | Select-Object -Skip 1 |
    Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
  $place = ''
  $last = ''
  $skip = $false
  foreach ($word in $typed) {
    $last = $word
    if ($skip) { $skip = $false; continue }
    if ($takesValue -ccontains $word) { $skip = $true; continue }
    if ($places[$place].Commands -ccontains $word) { $place = ($place + ' ' + $word).Trim() }
  }
  if ($skip) {
    $candidates = @($valuesOf[$last] | Where-Object { $_ } | ForEach-Object { , @($_, $_) })
  } else {
    $candidates = $places[$place].Words
  }
  $candidates | Where-Object { $_[0] -like "$wordToComplete*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_[0], $_[0], 'ParameterValue', $_[1])
  }
}
`;
}

function wordList(flag: CompletedFlag): string {
  return flag.value?.kind === "words" ? flag.value.words.map(quote).join(", ") : "";
}

function pair(word: string, description: string): string {
  return `, @(${quote(word)}, ${quote(description)})`;
}

/** PowerShell takes typographic quotes for plain ones. */
function quote(text: string): string {
  return `'${text.replaceAll(/['\u2018-\u201b]/g, "$&$&")}'`;
}
