/**
 * Route files: `routes/*.yaml` in the data directory, beside the routes of `config.yaml`.
 *
 * @module
 */

import { AtmosphereError } from "../core/errors.ts";
import type { Route } from "../core/route.ts";
import { replaceFile } from "./atomic_file.ts";
import { readConfigFile } from "./config_file.ts";
import { configError, type Issue, issueMistake, type Mistake } from "./mistake.ts";
import { nameOf, resolveIn } from "../core/path.ts";
import { checkRoutesTogether } from "./routes_checks.ts";

/** What one route file holds. */
export interface RoutesFile {
  /** Absolute path. */
  readonly path: string;
  readonly routes: readonly Route[];
  /** Texts that belong to none of the routes. */
  readonly outOfScope: readonly string[];
}

/** All route files of a data directory. */
export interface RoutesOnDisk {
  /** In the order of their names. */
  readonly files: readonly RoutesFile[];
  /** The routes of all files, each with its file as `source`. */
  readonly routes: readonly Route[];
  readonly outOfScope: readonly string[];
}

const extension = ".yaml";
const mode = 0o644;

/** The directory of route files. */
export function routesDirectory(dataDir: string): string {
  return resolveIn(dataDir, "routes");
}

/** The route file called `name` (without `.yaml`). */
export function routesFilePath(dataDir: string, name: string): string {
  return resolveIn(routesDirectory(dataDir), `${name}${extension}`);
}

/** Paths of the route files, in the order of their names; none when there is no directory. */
async function listFiles(dataDir: string): Promise<string[]> {
  const directory = routesDirectory(dataDir);
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(directory)) {
      const usual = entry.name.endsWith(extension) && !entry.name.startsWith(".");
      if (usual && !entry.isDirectory) names.push(entry.name);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    if (error instanceof Deno.errors.NotADirectory) {
      throw new AtmosphereError(
        "data_dir_unusable",
        `Could not read ${directory}: it is a file, not a directory`,
        { cause: error, hint: "Move it away; routes are files in a directory of that name" },
      );
    }
    throw error;
  }
  return names.sort().map((name) => resolveIn(directory, name));
}

interface Parsed {
  readonly file: RoutesFile;
  readonly mistakes: readonly Mistake[];
  place(path: Issue["path"]): string;
}

/** Reads the text of a route file. Mistakes are told, never thrown. */
async function parse(text: string, path: string): Promise<Parsed> {
  const [{ readYaml }, { validateRoutesFile }] = await Promise.all([
    import("./yaml_source.ts"),
    import("./routes_schema.ts"),
  ]);
  const source = await readYaml(text, path);
  const place = (at: Issue["path"]) => source.place(source.offset(at));
  const nothing = { path, routes: [], outOfScope: [] };
  if (source.mistakes.length > 0) return { file: nothing, mistakes: source.mistakes, place };
  const { content, issues } = validateRoutesFile(source.value ?? {});
  const mistakes = issues.map((issue) =>
    issueMistake(issue, source.place(source.offset(issue.path, issue.at)))
  );
  if (content === undefined) return { file: nothing, mistakes, place };
  const { routes, outOfScope } = content;
  return {
    file: { path, routes: routes.map((route) => ({ ...route, source: path })), outOfScope },
    mistakes,
    place,
  };
}

/**
 * Reads all route files and checks them together with the routes of the configuration, `others`.
 *
 * Throws `config_invalid` with every mistake of every file.
 */
export async function readRoutes(
  dataDir: string,
  others: readonly Route[] = [],
): Promise<RoutesOnDisk> {
  const parsed: Parsed[] = [];
  for (const path of await listFiles(dataDir)) {
    const text = await readConfigFile(path, { required: false, maxBytes: maxRoutesFileBytes });
    if (text !== undefined) parsed.push(await parse(text, path));
  }
  const mistakes = parsed.flatMap((file) => file.mistakes);
  const placed = parsed.flatMap(({ file, place }) =>
    file.routes.map((route, index) => ({
      route,
      place: (...rest: (string | number)[]) => place(["routes", index, ...rest]),
      path: ["routes", index],
    }))
  );
  mistakes.push(...checkRoutesTogether(placed, others));
  if (mistakes.length > 0) throw configError(mistakes);
  return {
    files: parsed.map(({ file }) => file),
    routes: parsed.flatMap(({ file }) => file.routes),
    outOfScope: parsed.flatMap(({ file }) => file.outOfScope),
  };
}

/** Largest route file; some hundred thousand utterances. */
const maxRoutesFileBytes = 32 * 1024 * 1024;

/** A route that was given as data. Throws `invalid_request` with everything that is wrong with it. */
export async function parseRoute(value: unknown): Promise<Route> {
  const { validateRoutesFile } = await import("./routes_schema.ts");
  const { content, issues } = validateRoutesFile({ routes: [value] });
  const route = content?.routes[0];
  if (route !== undefined) return route;
  const mistakes = issues.map((issue) => {
    const { path, value, expected } = issueMistake({ ...issue, path: issue.path.slice(2) }, "");
    return `${path === "" ? "it" : path} is ${value}, expected ${expected}`;
  });
  throw new AtmosphereError("invalid_request", `The route is not valid: ${mistakes.join("; ")}`, {
    hint: "A route has a name, a target and utterances; see docs/routing.md",
  });
}

/** Writes a route file, at once: a crash leaves the old one or the new one. */
export async function writeRoutesFile(file: RoutesFile): Promise<void> {
  const { stringify } = await import("yaml");
  const content = {
    routes: file.routes.map(({ source: _source, ...route }) => route),
    ...(file.outOfScope.length === 0 ? {} : { outOfScope: file.outOfScope }),
  };
  const text = stringify(content, { lineWidth: 0, aliasDuplicateObjects: false });
  await Deno.mkdir(resolveIn(file.path, ".."), { recursive: true, mode: 0o700 });
  await replaceFile(
    file.path,
    `# Routes of ${nameOf(file.path)}; see docs/routing.md\n${text}`,
    mode,
  );
}

/** Removes a route file; says whether there was one. */
export async function removeRoutesFile(path: string): Promise<boolean> {
  try {
    await Deno.remove(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
