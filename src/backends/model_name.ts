/**
 * What the name of a model tells: size, experts, quantisation.
 *
 * @module
 */

/** What was read from a model's name. */
export interface ParsedName {
  /** Lower case, without registry, owner, file suffix; separators are `-`, the tag kept after `:`. */
  readonly base: string;
  /** All parameters in billions. */
  readonly parametersB?: number;
  /** Active parameters in billions, for mixtures of experts. */
  readonly activeB?: number;
  /** Such as `Q4_K_M` or `AWQ`, in upper case. */
  readonly quantization?: string;
}

// q4_0, q4_k_m, iq2_xxs, ud-q4_k_xl, tq1_0; f16, bf16, fp8; awq, gptq, int4, w4a16, mxfp4, nvfp4.
const quantizationPattern =
  /(?:^|[-_.:])((?:ud-)?i?q\d(?:_(?:\d|k_xl|k_[sml]|k|xxs|xs|s|m|l|nl|xl))?|tq\d_\d|bf16|fp?16|fp?32|fp8|fp4|mxfp4|nvfp4|awq|gptq|exl[23]|int[48]|w\da\d+|[48]bit|mlx)(?=$|[-_.:])/i;
const expertsPattern = /(?:^|[-_.:])(\d{1,3})x(\d{1,3}(?:\.\d{1,2})?)b(?=$|[-_.:])/i;
const sizePattern = /(?:^|[-_.:e])(\d{1,4}(?:\.\d{1,3})?)(b|m|t)(?=$|[-_.:])/i;
const activePattern = /[-_.:]a(\d{1,3}(?:\.\d{1,2})?)b(?=$|[-_.:])/i;

const maxNameLength = 256;
const perBillion: Readonly<Record<string, number>> = { m: 1e-3, b: 1, t: 1e3 };

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

/** Billions of parameters from texts such as `3.2B`, `270M`, `8x7b`; undefined for anything else. */
export function parseParameterSize(text: string): number | undefined {
  const experts = expertsPattern.exec(text);
  // Experts share the attention layers: 8x7b has 47 billion parameters, not 56.
  if (experts !== null) return rounded(Number(experts[1]) * Number(experts[2]) * 0.83);
  const size = sizePattern.exec(text);
  if (size === null) return undefined;
  const value = rounded(Number(size[1]) * perBillion[size[2]!.toLowerCase()]!);
  return value > 0 && value <= 20_000 ? value : undefined;
}

function activeParameters(text: string): number | undefined {
  const active = activePattern.exec(text);
  if (active !== null) return Number(active[1]);
  const experts = expertsPattern.exec(text);
  // Two experts a token, as in Mixtral, less what they share.
  return experts === null ? undefined : rounded(Number(experts[2]) * 2 * 0.92);
}

/** What a model's name tells. Never throws; knows nothing of families. */
export function parseModelName(name: string): ParsedName {
  const file = name.slice(0, maxNameLength).trim().toLowerCase().split(/[/\\]/).at(-1) ?? "";
  const base = file
    .replace(/\.(gguf|safetensors|bin|ggml|onnx)$/, "")
    .replace(/-\d{5}-of-\d{5}$/, "")
    .replace(/:latest$/, "");
  const quantization = quantizationPattern.exec(base)?.[1]?.toUpperCase();
  const parametersB = parseParameterSize(base);
  const activeB = activeParameters(base);
  return {
    base: base.replaceAll("_", "-"),
    ...(parametersB === undefined ? {} : { parametersB }),
    ...(activeB === undefined ? {} : { activeB }),
    ...(quantization === undefined ? {} : { quantization }),
  };
}
