/**
 * Completion for bash.
 *
 * @module
 */

import type { CompletionNode, ValueKind } from "./nodes.ts";
import { valueFlags } from "./nodes.ts";

/** The script that bash sources. Works with bash 3.2 and without bash-completion. */
export function bashCompletion(name: string, nodes: readonly CompletionNode[]): string {
  const steps = nodes.flatMap(({ path, commands }) =>
    commands.map((command) => {
      const next = path === "" ? command.name : `${path} ${command.name}`;
      return `      "${path}|${command.name}") path="${next}" ;;`;
    })
  );
  const values = nodes.flatMap(({ path, flags }) =>
    flags.flatMap((flag) => {
      if (flag.value === undefined) return [];
      const names = flag.short === undefined ? [flag.text] : [flag.text, `-${flag.short}`];
      return [
        `    ${names.map((n) => `"${path}|${n}"`).join("|")}) ${reply(flag.value)}; return ;;`,
      ];
    })
  );
  const words = nodes.map(({ path, commands, flags, argument }) => {
    const flagWords = flags.flatMap((f) => f.short === undefined ? [f.text] : [f.text]).join(" ");
    const plain = commands.length > 0
      ? reply({ kind: "words", words: commands.map((c) => c.name) })
      : reply(argument ?? { kind: "any" });
    return [
      `    "${path}")`,
      `      if [[ $cur == -* ]]; then COMPREPLY=( $(compgen -W "${flagWords}" -- "$cur") )`,
      `      else ${plain}; fi ;;`,
    ].join("\n");
  });
  return `# bash completion for ${name}: source <(${name} completions bash)
_${name}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}"
  local path="" word i
  COMPREPLY=()
  # bash splits --flag=value at the sign.
  if [[ $cur == "=" ]]; then cur=""
  elif [[ $prev == "=" ]]; then prev="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  for (( i = 1; i < COMP_CWORD; i++ )); do
    word="\${COMP_WORDS[i]}"
    case "$word" in
      ${valueFlags(nodes).join("|")}) (( i++ )); continue ;;
    esac
    case "$path|$word" in
${steps.join("\n")}
    esac
  done
  case "$path|$prev" in
${values.join("\n")}
  esac
  case "$path" in
${words.join("\n")}
  esac
}
complete -o bashdefault -F _${name} ${name}
`;
}

function reply(value: ValueKind): string {
  switch (value.kind) {
    case "words":
      return `COMPREPLY=( $(compgen -W "${value.words.join(" ")}" -- "$cur") )`;
    case "file":
      return 'COMPREPLY=( $(compgen -f -- "$cur") ); compopt -o filenames 2>/dev/null';
    case "directory":
      return 'COMPREPLY=( $(compgen -d -- "$cur") ); compopt -o filenames 2>/dev/null';
    case "any":
      return ":";
  }
}
