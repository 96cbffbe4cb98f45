/**
 * Completion for fish.
 *
 * @module
 */

import type { CompletedFlag, CompletionNode, ValueKind } from "./nodes.ts";
import { valueFlags } from "./nodes.ts";

/** The script that fish sources, or the file `NAME.fish` of its completions folder. */
export function fishCompletion(name: string, nodes: readonly CompletionNode[]): string {
  const steps = nodes.flatMap(({ path, commands }) =>
    commands.map((command) => {
      const next = path === "" ? command.name : `${path} ${command.name}`;
      return `      case ${quote(`${path}|${command.name}`)}\n        set place ${quote(next)}`;
    })
  );
  const lines = nodes.flatMap(({ path, commands, flags, argument }) => {
    const start = `complete -c ${name} -n ${quote(`__${name}_at ${quote(path)}`)}`;
    return [
      ...commands.map((command) =>
        `${start} -a ${quote(command.name)} -d ${quote(command.description)}`
      ),
      ...flags.map((flag) => `${start} ${flagOptions(flag)}`),
      ...(argument === undefined ? [] : [`${start} ${valueOptions(argument)}`.trimEnd()]),
    ];
  });
  return `# fish completion for ${name}: ${name} completions fish | source
function __${name}_at
  set -l place ''
  set -l skip 0
  for word in (commandline -opc)[2..-1]
    if test $skip = 1
      set skip 0
      continue
    end
    switch $word
      case ${valueFlags(nodes).map(quote).join(" ")}
        set skip 1
        continue
    end
    switch "$place|$word"
${steps.join("\n")}
    end
  end
  test "$place" = "$argv[1]"
end
complete -c ${name} -f
${lines.join("\n")}
`;
}

function flagOptions(flag: CompletedFlag): string {
  return [
    `-l ${flag.text.slice(2)}`,
    ...(flag.short === undefined ? [] : [`-s ${flag.short}`]),
    `-d ${quote(flag.description)}`,
    ...(flag.value === undefined
      ? []
      : [`${flag.value.kind === "file" ? "-r" : "-x"} ${valueOptions(flag.value)}`.trimEnd()]),
  ].join(" ");
}

function valueOptions(value: ValueKind): string {
  switch (value.kind) {
    case "words":
      return `-a ${quote(value.words.join(" "))}`;
    case "file":
      return "-F";
    case "directory":
      return "-a '(__fish_complete_directories)'";
    case "any":
      return "";
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
