/**
 * The least that stands between a caller and a model server under Deno: takes a body, sends it on over
 * an open connection, gives the answer back; checks nothing, decides nothing, fails over to nobody. What
 * the node costs beyond this is its own. Takes the upstream's port, prints its own.
 */

const upstreamPort = Number(Deno.args[0]);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

interface Line {
  readonly conn: Deno.TcpConn;
  readonly buffer: Uint8Array<ArrayBuffer>;
}
const idle: Line[] = [];

async function connect(): Promise<Line> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: upstreamPort });
  return { conn, buffer: new Uint8Array(16_384) };
}

/** One answer of a told length, as the bench's upstream gives it. */
async function readAnswer({ conn, buffer }: Line): Promise<Uint8Array<ArrayBuffer>> {
  for (let have = 0;;) {
    const count = await conn.read(buffer.subarray(have));
    if (count === null) throw new Error("The upstream closed the connection");
    have += count;
    const text = decoder.decode(buffer.subarray(0, have));
    const start = text.indexOf("\r\n\r\n") + 4;
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
    if (start > 3 && have >= start + length) return buffer.slice(start, start + length);
  }
}

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(port),
}, async (request) => {
  const body = await request.text();
  const line = idle.pop() ?? await connect();
  const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: upstream\r\n` +
    `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  await line.conn.write(encoder.encode(head + body));
  const answer = await readAnswer(line);
  idle.push(line);
  return new Response(answer, { headers: { "content-type": "application/json" } });
});
