/**
 * Streams of bytes that pass through several hands without paying the runtime's price for each.
 *
 * @module
 */

/** Where bytes come from, a piece at a time. One `read` at once. */
export interface ByteSource {
  /** The next piece; undefined after the last. Throws what broke it. */
  read(): Promise<Uint8Array | undefined>;
  /** Nobody will read on; a read under way may fail. */
  cancel(reason: unknown): Promise<void>;
}

/**
 * A `ReadableStream` over a source, pulled at the reader's pace.
 *
 * To hand a piece from one `ReadableStream` to the next takes the runtime about as long as everything
 * else that happens to it in this node, so those who wrap a stream in another take the source by
 * {@linkcode sourceOf}; for everybody else it is a stream as any.
 */
export class ByteStream extends ReadableStream<Uint8Array> {
  readonly #source: ByteSource;

  /** Reads nothing before somebody else does. */
  constructor(source: ByteSource) {
    super({
      async pull(controller) {
        const piece = await source.read();
        if (piece === undefined) controller.close();
        else controller.enqueue(piece);
      },
      cancel: (reason) => source.cancel(reason),
    }, { highWaterMark: 0 });
    this.#source = source;
  }

  /** The source of `stream`, which is locked from now on. Throws `TypeError` when it is already. */
  static source(stream: ByteStream): ByteSource {
    stream.getReader();
    return stream.#source;
  }
}

/** The source of any stream, which is locked from now on. Throws `TypeError` when it is already. */
export function sourceOf(stream: ReadableStream<Uint8Array>): ByteSource {
  if (stream instanceof ByteStream) return ByteStream.source(stream);
  const reader = stream.getReader();
  return {
    read: async () => (await reader.read()).value,
    cancel: (reason) => reader.cancel(reason),
  };
}
