/**
 * What the schema can't say: forms that take a parser, and settings that depend on one another.
 *
 * @module
 */

import { isHost } from "./host.ts";
import type { Issue, Path } from "./mistake.ts";
import { nearestName } from "./nearest.ts";
import { constantRanges } from "./router_constants.gen.ts";

type Plain = Readonly<Record<string, unknown>>;

function mappingOf(value: unknown): Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value as Plain : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function bad(path: Path, value: unknown, expected: string): Issue {
  return { path, value, expected, at: "value" };
}

function checkServer(server: Plain): Issue[] {
  const issues: Issue[] = [];
  const { host } = server;
  if (typeof host === "string" && !isHost(host)) {
    issues.push(bad(["server", "host"], host, "an address or a host name"));
  }
  for (const [index, name] of listOf(server["allowedHosts"]).entries()) {
    if (typeof name === "string" && !isHost(name)) {
      const expected = "a host name or an address, without scheme and port";
      issues.push(bad(["server", "allowedHosts", index], name, expected));
    }
  }
  for (const [index, origin] of listOf(server["allowedOrigins"]).entries()) {
    // Only of these schemes is it known how a browser writes the origin.
    if (typeof origin !== "string" || !/^https?:/.test(origin)) continue;
    const url = URL.parse(origin);
    if (url?.origin === origin) continue;
    const expected = url === null ? "an origin such as https://app.example" : url.origin;
    issues.push(bad(["server", "allowedOrigins", index], origin, expected));
  }
  return issues;
}

/** At most one way to give a secret, and `${NAME}` only as the whole of it. */
function checkSecret(holder: Plain, name: string, path: Path): Issue[] {
  const issues: Issue[] = [];
  const given = [name, `${name}Env`, `${name}File`].filter((key) => holder[key] !== undefined);
  for (const key of given.slice(1)) {
    issues.push(bad([...path, key], holder[key], `only one of ${given.join(" and ")}`));
  }
  const literal = holder[name];
  if (
    typeof literal === "string" && literal.includes("${") &&
    !/^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/.test(literal)
  ) {
    issues.push(bad([...path, name], literal, "the key itself, or ${NAME} and nothing else"));
  }
  return issues;
}

function checkUnique(values: readonly unknown[], pathOf: (index: number) => Path): Issue[] {
  const seen = new Map<unknown, number>();
  const issues: Issue[] = [];
  for (const [index, value] of values.entries()) {
    if (typeof value !== "string") continue;
    const first = seen.get(value);
    if (first === undefined) seen.set(value, index);
    else issues.push(bad(pathOf(index), value, `a name that ${pathOf(first).join(".")} has not`));
  }
  return issues;
}

function checkBackends(backends: readonly unknown[]): Issue[] {
  const issues: Issue[] = [];
  const entries = backends.map(mappingOf);
  for (const [index, backend] of entries.entries()) {
    const path: Path = ["backends", index];
    const { engine, url } = backend;
    if (typeof url === "string" && /^https?:/.test(url) && URL.parse(url) === null) {
      issues.push(bad([...path, "url"], url, "an http or https address"));
    }
    if (engine === "openai-compatible" && url === undefined) {
      issues.push(bad([...path, "url"], url, "an address, for this engine has no usual one"));
    }
    issues.push(...checkSecret(backend, "apiKey", path));
  }
  const ids = entries.map(({ id, engine }) => id ?? engine);
  const key = (index: number) => entries[index]?.["id"] === undefined ? "engine" : "id";
  issues.push(
    ...checkUnique(ids, (index) => ["backends", index, key(index)]).map((issue) =>
      issue.path[2] === "engine"
        ? { ...issue, expected: "an id beside it, for an earlier backend has this name" }
        : issue
    ),
  );
  return issues;
}

function checkRoutes(routes: readonly unknown[]): Issue[] {
  const entries = routes.map(mappingOf);
  const issues = checkUnique(entries.map(({ name }) => name), (index) => ["routes", index, "name"]);
  for (const [index, { target }] of entries.entries()) {
    const ways = Object.keys(mappingOf(target));
    if (target === undefined || ways.length === 1) continue;
    const expected = "exactly one of model, kind, tag, agent, tool, node";
    issues.push(bad(["routes", index, "target"], target, expected));
  }
  return issues;
}

/** Constants of the router by name, each within its range. */
function checkConstants(constants: Plain): Issue[] {
  const issues: Issue[] = [];
  for (const [name, value] of Object.entries(constants)) {
    const path: Path = ["router", "constants", name];
    const range = Object.hasOwn(constantRanges, name) ? constantRanges[name] : undefined;
    if (range === undefined) {
      const near = nearestName(name, Object.keys(constantRanges));
      const expected = "a constant that docs/routing.md lists" +
        (near === undefined ? "" : `; did you mean ${near}?`);
      issues.push({ path, value, expected, at: "key" });
    } else if (typeof value === "number" && !(value >= range[0] && value <= range[1])) {
      issues.push(bad(path, value, `a number from ${range[0]} to ${range[1]}`));
    }
  }
  return issues;
}

/** The issues that show only when settings are seen together; `settings` may have other issues. */
export function checkTogether(settings: unknown): Issue[] {
  const { server, backends, routes, router, memory } = mappingOf(settings);
  return [
    ...checkServer(mappingOf(server)),
    ...checkBackends(listOf(backends)),
    ...checkRoutes(listOf(routes)),
    ...checkConstants(mappingOf(mappingOf(router)["constants"])),
    ...checkSecret(mappingOf(memory), "databaseToken", ["memory"]),
  ];
}
