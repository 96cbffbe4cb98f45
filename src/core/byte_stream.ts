/**
 * Bytes that pass through several hands without paying the runtime's price for each.
 *
 * @module
 */

/**
 * Where bytes come from, a piece at a time. One `read` at once.
 *
 * To make a `ReadableStream` and its reader takes the runtime about 10 us, and to hand a piece from one to
 * the next as long as everything else that happens to it in this node. So those who wrap bytes in
 * others hand on a source, and only the last of them makes a stream.
 */
export interface ByteSource {
  /** The next piece; undefined after the last. Throws what broke it. */
  read(): Promise<Uint8Array | undefined>;
  /** Nobody will read on; a read under way may fail. */
  cancel(reason: unknown): Promise<void>;
}

/** A stream over `source`, pulled at the reader's pace: nothing is read before somebody asks. */
export function streamOf(source: ByteSource): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const piece = await source.read();
      if (piece === undefined) controller.close();
      else controller.enqueue(piece);
    },
    cancel: (reason) => source.cancel(reason),
  }, { highWaterMark: 0 });
}

/** The source of a stream, which is locked from now on. Throws `TypeError` when it is already. */
export function sourceOf(stream: ReadableStream<Uint8Array>): ByteSource {
  const reader = stream.getReader();
  return {
    read: async () => (await reader.read()).value,
    cancel: (reason) => reader.cancel(reason),
  };
}
