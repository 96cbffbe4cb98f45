/** What requests through a node cost, against the same requests without it, in the same run. */
import { cpuMs, load, quantiles, rssBytes } from "./load.ts";

/** Requests with 16 at a time, by which CPU is told. */
const busyRequests = 6_000;
/** Streams whose reader goes away after the first bytes. */
const abortedStreams = 10_000;

/** Where requests go. */
export interface Places {
  /** The upstream itself. */
  readonly direct: string;
  /** A bare forwarder to it: the floor. */
  readonly forwarder: { readonly url: string; readonly pid: number };
  readonly node: { readonly url: string; readonly pid: number };
}

const model = "llama3.2:3b";
const messages = (content: string) => ({ messages: [{ role: "user", content }] });
const named = { model, ...messages("hello") };
const auto = { model: "auto", ...messages("translate this to Japanese") };
const streamed = { ...named, stream: true };
/** The upstream begins an answer to this and never ends it. */
const endless = { model, ...messages("endless"), stream: true };
const ms = (value: number) => `${value.toFixed(value < 1 ? 3 : 1)} ms`;

function post(base: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  return fetch(`${base}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** A whole answer. */
export function chat(base: string, body: unknown): () => Promise<void> {
  return async () => {
    const response = await post(base, body);
    const answer = await response.text();
    if (!response.ok) throw new Error(`${response.status}: ${answer}`);
  };
}

/** An answer until its first bytes. */
function firstByte(base: string, body: unknown): () => Promise<void> {
  return async () => {
    const controller = new AbortController();
    const response = await post(base, body, controller.signal);
    const first = await response.body?.getReader().read();
    if (!response.ok || first?.value === undefined) throw new Error(`${response.status}, no byte`);
    controller.abort();
  };
}

async function cpuUs(pid: number, send: () => Promise<void>) {
  const before = await cpuMs(pid);
  const { perSecond } = await load(send, { count: busyRequests, workers: 16 });
  const after = await cpuMs(pid);
  const us = before === undefined || after === undefined
    ? "not told by this system"
    : `${(((after - before) / busyRequests) * 1000).toFixed(0)} us`;
  return { us, perSecond: perSecond.toFixed(0) };
}

/** Rows of the table: what, figure, how. */
export async function measureRequests(places: Places): Promise<string[][]> {
  const { direct, forwarder, node } = places;
  const rows: string[][] = [];
  const floor = chat(forwarder.url, named);
  await load(floor, { count: 10_000, workers: 16 });
  const bare = await cpuUs(forwarder.pid, floor);
  rows.push(["a bare forwarder: CPU a request", bare.us, `16 at a time: ${bare.perSecond}/s`]);
  for (
    const [name, body] of [
      ["by name", named],
      ["by meaning, warm", auto],
      ["by name, streamed", streamed],
    ] as const
  ) {
    const straight = chat(direct, { ...body, model });
    const through = chat(node.url, body);
    await load(straight, { count: 500, workers: 4 });
    // The engine of the runtime compiles what is hot in the background, for some thousand requests.
    await load(through, { count: 10_000, workers: 16 });
    const alone = {
      direct: await load(straight, { count: 2000, workers: 1 }),
      node: await load(through, { count: 2000, workers: 1 }),
    };
    const busy = await cpuUs(node.pid, through);
    const busyDirect = await load(straight, { count: busyRequests, workers: 16 });
    rows.push([
      `${name}: added latency, one at a time`,
      ms(alone.node.p50 - alone.direct.p50),
      `p50 ${ms(alone.node.p50)} against ${ms(alone.direct.p50)} direct`,
    ], [
      `${name}: CPU of the node a request`,
      busy.us,
      `16 at a time: ${busy.perSecond}/s against ${busyDirect.perSecond.toFixed(0)}/s direct`,
    ]);
  }
  return [...rows, await measureFirstByte(places), await measureAborted(node)];
}

async function measureFirstByte({ direct, node }: Places): Promise<string[]> {
  const [straight, through] = [firstByte(direct, endless), firstByte(node.url, endless)];
  const times = { direct: [] as number[], node: [] as number[] };
  for (let i = 0; i < 1000; i++) {
    times.direct.push((await load(straight, { count: 1, workers: 1 })).p50);
    times.node.push((await load(through, { count: 1, workers: 1 })).p50);
  }
  const p50 = { direct: quantiles(times.direct).p50, node: quantiles(times.node).p50 };
  return [
    "first streamed byte: added latency",
    ms(p50.node - p50.direct),
    `p50 ${ms(p50.node)} against ${ms(p50.direct)} direct, a new connection each`,
  ];
}

async function measureAborted({ url, pid }: Places["node"]): Promise<string[]> {
  const abort = firstByte(url, endless);
  // Until what is kept of each request is full: decisions, connections, compiled code.
  await load(abort, { count: abortedStreams, workers: 16 });
  const before = await rssBytes(pid);
  await load(abort, { count: abortedStreams, workers: 16 });
  const after = await rssBytes(pid);
  if (before === undefined || after === undefined) {
    return ["memory over aborted streams", "not told by this system", ""];
  }
  return [
    `memory over ${abortedStreams} aborted streams`,
    `${((after - before) / 1e6).toFixed(1)} MB`,
    `${(before / 1e6).toFixed(0)} MB before, after as many others`,
  ];
}
