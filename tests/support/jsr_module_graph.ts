/** What the registry tells about a package's modules, so that Deno need not read them to know. */
import * as esbuild from "esbuild";

/** A module's imports in the registry's form; the ranges, for messages alone, are left at zero. */
type Dependency =
  | {
    readonly type: "static";
    readonly kind: "import";
    readonly specifier: string;
    readonly specifierRange: Range;
    readonly importAttributes?: ImportAttributes;
  }
  | {
    readonly type: "dynamic";
    readonly argument: string;
    readonly argumentRange: Range;
    readonly importAttributes?: ImportAttributes;
  };
type Range = readonly [readonly [number, number], readonly [number, number]];
interface ImportAttributes {
  readonly known: Readonly<Record<string, string>>;
}

/** The modules of a package by path, such as `/main.ts`. */
export type ModuleGraph = Readonly<
  Record<string, { readonly dependencies: readonly Dependency[] }>
>;

const nowhere: Range = [[0, 0], [0, 0]];

/** Reads what each TypeScript module of `files` imports at run time. */
export async function moduleGraph(files: Readonly<Record<string, string>>): Promise<ModuleGraph> {
  const paths = Object.keys(files).filter((path) => path.endsWith(".ts"));
  const { metafile } = await esbuild.build({
    entryPoints: paths,
    outdir: "/out",
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    logLevel: "silent",
    plugins: [{
      name: "package",
      setup(build) {
        build.onResolve(
          { filter: /.*/ },
          ({ path, kind }) =>
            kind === "entry-point" ? { path, namespace: "package" } : { path, external: true },
        );
        build.onLoad({ filter: /.*/, namespace: "package" }, ({ path }) => ({
          loader: "ts",
          contents: files[path] ?? "",
        }));
      },
    }],
  });
  await esbuild.stop();
  return Object.fromEntries(
    Object.entries(metafile.inputs).map(([name, { imports }]) => [
      name.replace(/^package:/, ""),
      { dependencies: imports.map(dependency) },
    ]),
  );
}

function dependency(found: esbuild.Metafile["inputs"][string]["imports"][number]): Dependency {
  const { path, kind, with: attributes } = found;
  const importAttributes = attributes === undefined
    ? {}
    : { importAttributes: { known: attributes } };
  return kind === "dynamic-import"
    ? { type: "dynamic", argument: path, argumentRange: nowhere, ...importAttributes }
    : {
      type: "static",
      kind: "import",
      specifier: path,
      specifierRange: nowhere,
      ...importAttributes,
    };
}
