/** The bill of materials of an executable, in CycloneDX 1.6. */
import { createHash } from "node:crypto";
import type { ThirdParty } from "../build/notices.ts";

/** What {@linkcode renderSbom} needs. */
export interface SbomOptions {
  readonly version: string;
  readonly triple: string;
  /** SHA-256 of the executable in hexadecimal digits. */
  readonly sha256: string;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly parties: readonly ThirdParty[];
}

/** The document as JSON text. Its serial number comes from the content, not from chance. */
export function renderSbom(options: SbomOptions): string {
  const { version, triple, sha256, timestamp, parties } = options;
  const reference = `pkg:github/atmosphere/atmosphere@${version}`;
  const components = parties.map((party) => component(party));
  const document = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: serialNumber(`${sha256}${triple}`),
    version: 1,
    metadata: {
      timestamp,
      component: {
        type: "application",
        "bom-ref": reference,
        name: "atmosphere",
        version,
        purl: reference,
        licenses: [{ license: { id: "MIT" } }],
        hashes: [{ alg: "SHA-256", content: sha256 }],
      },
    },
    components,
    dependencies: [
      { ref: reference, dependsOn: components.map((item) => item["bom-ref"]) },
      ...components.map((item) => ({ ref: item["bom-ref"], dependsOn: [] })),
    ],
  };
  return JSON.stringify(document, null, 2) + "\n";
}

function component({ name, version, licence, homepage, isPackage }: ThirdParty) {
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  const isExpression = / (OR|AND) /.test(licence);
  return {
    type: "library",
    "bom-ref": isPackage ? purl : `${name} ${version}`.trim(),
    name,
    ...(version === "" ? {} : { version }),
    ...(isPackage ? { purl } : {}),
    licenses: isExpression
      ? [{ expression: licence.replace(/^\((.*)\)$/, "$1") }]
      : [{ license: { id: licence } }],
    externalReferences: [{ type: "website", url: homepage.replace(/^git\+/, "") }],
  };
}

function serialNumber(content: string): string {
  const hex = createHash("sha256").update(content).digest("hex");
  const variant = ((parseInt(hex[16] ?? "0", 16) & 3) | 8).toString(16);
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${
    hex.slice(17, 20)
  }-${hex.slice(20, 32)}`;
}
