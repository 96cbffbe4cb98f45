/**
 * Accuracy against utterances as a picture.
 *
 * @module
 */

/** One point of the curve of a data set. */
export interface CurvePoint {
  readonly task: string;
  /** Utterances a route; null for all. */
  readonly perRoute: number | null;
  /** Means over the draws, 0 to 1; `floor` is NaN or null where it was not measured. */
  readonly accuracy: number;
  readonly floor: number | null;
}

const width = 640;
const height = 360;
const margin = { left: 48, right: 130, top: 16, bottom: 44 };
const lowest = 50;
const highest = 100;
/** Where the last point stands, for which there is no number. */
const allAt = 100;
const colours = ["#2563eb", "#c2410c"];

function x(perRoute: number | null): number {
  const share = Math.log(perRoute ?? allAt) / Math.log(allAt);
  return margin.left + share * (width - margin.left - margin.right);
}

function y(percent: number): number {
  const share = (percent - lowest) / (highest - lowest);
  return height - margin.bottom - share * (height - margin.top - margin.bottom);
}

function line(points: readonly (readonly [number | null, number])[], style: string): string {
  const path = points.map(([count, value]) =>
    `${x(count).toFixed(1)},${y(100 * value).toFixed(1)}`
  );
  return `<polyline points="${path.join(" ")}" fill="none" stroke-width="2" ${style}/>`;
}

function text(at: readonly [number, number], label: string, more = ""): string {
  return `<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" ${more}>${label}</text>`;
}

/** An SVG picture of the points: solid the learned head, dashed the cosine floor. */
export function curveSvg(points: readonly CurvePoint[]): string {
  const counts = [...new Set(points.map(({ perRoute }) => perRoute))];
  const grid = [50, 60, 70, 80, 90, 100].flatMap((percent) => [
    `<path d="M${margin.left} ${y(percent)}H${width - margin.right}" stroke="#ccc"/>`,
    text([margin.left - 6, y(percent) + 4], `${percent} %`, 'text-anchor="end"'),
  ]);
  const ticks = counts.map((count) =>
    text([x(count), height - margin.bottom + 18], `${count ?? "all"}`, 'text-anchor="middle"')
  );
  const tasks = [...new Set(points.map(({ task }) => task))];
  const curves = tasks.flatMap((task, i) => {
    const own = points.filter((point) => point.task === task);
    const colour = `stroke="${colours[i % colours.length]}"`;
    const floor = own.flatMap(({ perRoute, floor }) =>
      floor === null || Number.isNaN(floor) ? [] : [[perRoute, floor] as const]
    );
    const last = own.at(-1)!;
    return [
      line(own.map(({ perRoute, accuracy }) => [perRoute, accuracy]), colour),
      line(floor, `${colour} stroke-dasharray="5 4"`),
      text(
        [x(last.perRoute) + 8, y(100 * last.accuracy) + 4],
        `${task} ${(100 * last.accuracy).toFixed(1)} %`,
      ),
    ];
  });
  return `${
    [
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#444">`,
      `<rect width="${width}" height="${height}" fill="#fff"/>`,
      ...grid,
      ...ticks,
      ...curves,
      text(
        [(width - margin.right + margin.left) / 2, height - 8],
        "utterances a route",
        'text-anchor="middle"',
      ),
      "</svg>",
    ].join("\n")
  }\n`;
}
