/**
 * Completion for zsh.
 *
 * @module
 */

import type { CompletedFlag, CompletionNode, ValueKind } from "./nodes.ts";
import { valueFlags } from "./nodes.ts";

/** The file `_NAME` for a folder of `$fpath`; sourcing it after `compinit` works too. */
export function zshCompletion(name: string, nodes: readonly CompletionNode[]): string {
  const steps = nodes.flatMap(({ path, commands }) =>
    commands.map((command) => {
      const next = path === "" ? command.name : `${path} ${command.name}`;
      return `      "${path}|${command.name}") place="${next}" ;;`;
    })
  );
  const places = nodes.map(({ path, commands, flags, argument }) => {
    const specs = flags.flatMap(flagSpecs);
    const rest = commands.length > 0
      ? [
        `      if [[ $PREFIX != -* ]] && (( i <= CURRENT )); then`,
        `        found=(${commands.map((c) => quote(`${c.name}:${c.description}`)).join(" ")})`,
        `        _describe -t commands command found && return`,
        `      fi`,
        `      _arguments ${specs.join(" ")} '*: :' ;;`,
      ]
      : [`      _arguments ${[...specs, quote(`*:argument:${action(argument)}`)].join(" ")} ;;`];
    return [`    "${path}")`, ...rest].join("\n");
  });
  return `#compdef ${name}
_${name}() {
  local place="" word i
  local -a found
  for (( i = 2; i < CURRENT; i++ )); do
    word="\${words[i]}"
    case "$word" in
      ${valueFlags(nodes).join("|")}) (( i++ )); continue ;;
    esac
    case "$place|$word" in
${steps.join("\n")}
    esac
  done
  case "$place" in
${places.join("\n")}
  esac
}
if [[ $funcstack[1] == _${name} ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function flagSpecs(flag: CompletedFlag): string[] {
  const description = `[${flag.description.replace(/[[\]:]/g, "\\$&")}]`;
  const value = flag.value === undefined ? "" : `:value:${action(flag.value)}`;
  const long = flag.value === undefined ? flag.text : `${flag.text}=`;
  return [
    quote(`*${long}${description}${value}`),
    ...(flag.short === undefined ? [] : [quote(`*-${flag.short}${description}${value}`)]),
  ];
}

function action(value: ValueKind | undefined): string {
  switch (value?.kind) {
    case "words":
      return `(${value.words.join(" ")})`;
    case "file":
      return "_files";
    case "directory":
      return "_files -/";
    default:
      return " ";
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
