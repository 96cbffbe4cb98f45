/** PowerShell read by its grammar, for machines that have no PowerShell to run it. */
import treeSitter from "@vscode/tree-sitter-wasm";
import { join } from "node:path";

/** What a script consists of. */
export interface Script {
  /** Pieces that are no PowerShell, with their lines. */
  readonly mistakes: readonly string[];
  /** Kinds of the statements at the top level, comments left out. */
  readonly statements: readonly string[];
  /** Names of the functions that it defines. */
  readonly functions: readonly string[];
  /** Names of the commands that it calls, each once. */
  readonly commands: readonly string[];
  /** Names of the variables that it reads or writes, each once, in lower case. */
  readonly variables: readonly string[];
}

type Node = InstanceType<typeof treeSitter.Node>;

let language: Promise<InstanceType<typeof treeSitter.Language>> | undefined;

/** The grammar lies in the same folder as the parser, whose place only the parser knows. */
async function loadLanguage() {
  let folder = "";
  await treeSitter.Parser.init({
    locateFile(name: string, scriptFolder: string) {
      folder = scriptFolder;
      return join(scriptFolder, name);
    },
  });
  return await treeSitter.Language.load(
    await Deno.readFile(join(folder, "tree-sitter-powershell.wasm")),
  );
}

/** Reads a script. */
export async function readPowershell(text: string): Promise<Script> {
  language ??= loadLanguage();
  const loaded = await language;
  const parser = new treeSitter.Parser();
  parser.setLanguage(loaded);
  const tree = parser.parse(text);
  if (tree === null) throw new Error("The script could not be parsed");
  const nodes = [...descendants(tree.rootNode)];
  const named = (type: string) => nodes.filter((node) => node.type === type);
  const texts = (type: string) => [...new Set(named(type).map((node) => node.text))];
  const script = {
    mistakes: nodes.filter((node) => node.isError || node.isMissing).map((node) =>
      `line ${node.startPosition.row + 1}: ${node.text.slice(0, 60)}`
    ),
    statements: present(tree.rootNode.namedChildren).flatMap((child) =>
      child.type === "statement_list" ? present(child.namedChildren) : [child]
    ).map(({ type }) => type).filter((type) => type !== "comment"),
    functions: texts("function_name"),
    commands: texts("command_name"),
    variables: [
      ...new Set(
        named("variable").map((node) => node.text.replace(/^[$@]\{?|\}$/g, "").toLowerCase()),
      ),
    ],
  };
  tree.delete();
  parser.delete();
  return script;
}

function* descendants(node: Node): Generator<Node> {
  yield node;
  for (const child of present(node.children)) yield* descendants(child);
}

function present(nodes: readonly (Node | null)[]): Node[] {
  return nodes.filter((node) => node !== null);
}
