/** The licences of everything in an executable that is not ours. */
import { basename, dirname, join, resolve } from "node:path";
import { isLicenceAllowed } from "./licences.ts";

/** A part of the executable that somebody else made. */
export interface ThirdParty {
  readonly name: string;
  readonly version: string;
  /** SPDX expression. */
  readonly licence: string;
  readonly homepage: string;
  /** Whether it is a package of npm. */
  readonly isPackage: boolean;
  /** The licence's text; undefined where the package carries none. */
  readonly text: string | undefined;
}

/** What {@linkcode findThirdParties} needs. */
export interface ThirdPartyOptions {
  /** The checkout, which `inputs` are relative to. */
  readonly root: string;
  /** Paths of every bundled file. */
  readonly inputs: readonly string[];
  /** Native libraries that travel along. */
  readonly natives: readonly string[];
  /** Manifest of the model's package: its `license` holds for the weights. */
  readonly model: { readonly name: string; readonly licence: string; readonly source: string };
}

const licenceFile = /^(licen[cs]e|copying)([-.].*)?$/i;
/** Parts of Deno's own runtime are named in its sources; the executable is mostly that runtime. */
const denoHomepage = "https://github.com/denoland/deno";

/**
 * Finds the packages that the executable is made of, sorted by name. Throws naming each one whose
 * licence may not be handed out.
 */
export async function findThirdParties(options: ThirdPartyOptions): Promise<ThirdParty[]> {
  const folders = new Set<string>();
  for (const path of [...options.inputs, ...options.natives]) {
    const folder = packageFolder(resolve(options.root, path));
    if (folder !== undefined) folders.add(folder);
  }
  const parties = [...await Promise.all([...folders].map(readPackage)), {
    name: "deno",
    version: Deno.version.deno,
    licence: "MIT",
    homepage: denoHomepage,
    isPackage: false,
    text: undefined,
  }, {
    name: options.model.name,
    version: "",
    licence: options.model.licence,
    homepage: options.model.source,
    isPackage: false,
    text: undefined,
  }];
  const refused = parties.filter(({ licence }) => !isLicenceAllowed(licence));
  if (refused.length > 0) {
    const list = refused.map(({ name, licence }) => `${name} (${licence || "none"})`).join(", ");
    throw new Error(`These licences may not be handed out: ${list}`);
  }
  const unique = new Map(parties.map((party) => [`${party.name}@${party.version}`, party]));
  return [...unique.values()].sort((a, b) => a.name < b.name ? -1 : 1);
}

/** The folder of the package that holds `path`; undefined when it is none of a package. */
function packageFolder(path: string): string | undefined {
  const parts = path.split(/[\\/]/);
  const at = parts.lastIndexOf("node_modules");
  if (at < 0) return undefined;
  const length = parts[at + 1]?.startsWith("@") ? 2 : 1;
  return parts.slice(0, at + 1 + length).join("/");
}

/** Reads who made the package in `folder` and under which licence. */
export async function readPackage(folder: string): Promise<ThirdParty> {
  const manifest = JSON.parse(await Deno.readTextFile(join(folder, "package.json")));
  const { name, version, license, homepage, repository } = manifest;
  const texts: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isFile && licenceFile.test(entry.name)) {
      texts.push((await Deno.readTextFile(join(folder, entry.name))).trim());
    }
  }
  const url = typeof repository === "object" ? repository?.url : repository;
  return {
    name: name ?? basename(dirname(folder)),
    version: version ?? "",
    licence: typeof license === "string" ? license : license?.type ?? "",
    isPackage: true,
    homepage: homepage ?? url ?? `https://www.npmjs.com/package/${name}`,
    text: texts.length === 0 ? undefined : texts.sort().join("\n\n"),
  };
}

/**
 * The notices as one text. Packages that carry no licence text are under one that another part or
 * `ownLicence` (MIT) spells out; throws when that is not so.
 */
export function renderNotices(parties: readonly ThirdParty[], ownLicence: string): string {
  const rule = "-".repeat(72);
  const known = new Map([["MIT", ownLicence.slice(ownLicence.indexOf("Permission is hereby"))]]);
  for (const { licence, text } of parties) {
    if (text !== undefined && !known.has(licence)) known.set(licence, text);
  }
  const general = new Map<string, string>();
  for (const { name, licence, text } of parties) {
    if (text !== undefined) continue;
    const found = known.get(licence);
    if (found === undefined) throw new Error(`There is no text of ${licence}, of ${name}`);
    general.set(licence, found.trim());
  }
  return [
    "Atmosphere is made with the following works of others.",
    ...parties.map(({ name, version, licence, homepage, text }) =>
      [
        rule,
        `${name} ${version}`.trim(),
        `Licence: ${licence}${text === undefined ? " (its text is at the end)" : ""}`,
        `Home: ${homepage.replace(/^git\+/, "").replace(/\.git$/, "")}`,
        ...(text === undefined ? [] : ["", text.replaceAll("\r\n", "\n")]),
      ].join("\n")
    ),
    ...[...general].map(([licence, text]) => `${rule}\nText of ${licence}\n\n${text}`),
    "",
  ].join("\n\n");
}
