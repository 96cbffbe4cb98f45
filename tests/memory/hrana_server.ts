/**
 * A stand-in for a libSQL server: speaks Hrana 2 over HTTP, which the client uses with `http:` and
 * `libsql:` addresses, on a real socket, backed by a libSQL file.
 *
 * It is for tests alone: one process, no replication, a token at most.
 *
 * @module
 */

import Connection from "libsql";

interface HranaValue {
  readonly type: "null" | "integer" | "float" | "text" | "blob";
  readonly value?: string | number;
  readonly base64?: string;
}

interface HranaStatement {
  readonly sql?: string;
  readonly sql_id?: number;
  readonly args?: readonly HranaValue[];
  readonly want_rows?: boolean;
}

interface HranaCondition {
  readonly type: "ok" | "error" | "not" | "and" | "or" | "is_autocommit";
  readonly step?: number;
  readonly cond?: HranaCondition;
  readonly conds?: readonly HranaCondition[];
}

interface HranaStep {
  readonly condition?: HranaCondition;
  readonly stmt: HranaStatement;
}

interface HranaRequest {
  readonly type: string;
  readonly stmt?: HranaStatement;
  readonly batch?: { readonly steps: readonly HranaStep[] };
  readonly sql?: string;
  readonly sql_id?: number;
}

interface HranaStream {
  readonly connection: Connection.Database;
  readonly texts: Map<number, string>;
}

interface HranaError {
  readonly message: string;
  readonly code: string;
}

const busyWaitMs = 5;
const busyTimeoutMs = 5_000;

function fromValue(value: HranaValue): unknown {
  switch (value.type) {
    case "null":
      return null;
    case "integer":
      return BigInt(value.value!);
    case "blob":
      return Uint8Array.fromBase64(value.base64!);
    default:
      return value.value;
  }
}

function toValue(value: unknown): HranaValue {
  if (value === null || value === undefined) return { type: "null" };
  if (typeof value === "bigint") return { type: "integer", value: String(value) };
  if (typeof value === "number") return { type: "float", value };
  if (typeof value === "string") return { type: "text", value };
  const bytes = value instanceof ArrayBuffer ? new Uint8Array(value) : value as Uint8Array;
  return { type: "blob", base64: bytes.toBase64({ omitPadding: true }) };
}

function toError(error: unknown): HranaError {
  const code = (error as { code?: unknown }).code;
  return {
    message: error instanceof Error ? error.message : String(error),
    code: typeof code === "string" ? code : "SQLITE_ERROR",
  };
}

function sqlOf(stream: HranaStream, request: { sql?: string; sql_id?: number }): string {
  return request.sql ?? stream.texts.get(request.sql_id!) ?? "";
}

/** Runs a statement; waits, without blocking, while another stream holds the lock. */
async function execute(stream: HranaStream, statement: HranaStatement) {
  const deadline = performance.now() + busyTimeoutMs;
  for (;;) {
    try {
      const prepared = stream.connection.prepare(sqlOf(stream, statement));
      const args = (statement.args ?? []).map(fromValue);
      if (!prepared.reader) {
        const { changes } = prepared.run(...args);
        return { cols: [], rows: [], affected_row_count: changes, last_insert_rowid: null };
      }
      prepared.safeIntegers(true).raw(true);
      const rows = prepared.all(...args) as unknown[][];
      return {
        cols: prepared.columns().map(({ name }: { name: string }) => ({ name })),
        rows: rows.map((row) => row.map(toValue)),
        affected_row_count: 0,
        last_insert_rowid: null,
      };
    } catch (error) {
      if (!toError(error).code.startsWith("SQLITE_BUSY") || performance.now() > deadline) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, busyWaitMs));
    }
  }
}

async function runBatch(stream: HranaStream, steps: readonly HranaStep[]) {
  const results: unknown[] = [];
  const errors: (HranaError | null)[] = [];
  function holds(condition: HranaCondition): boolean {
    switch (condition.type) {
      case "ok":
        return results[condition.step!] !== null;
      case "error":
        return errors[condition.step!] !== null;
      case "not":
        return !holds(condition.cond!);
      case "and":
        return condition.conds!.every(holds);
      case "or":
        return condition.conds!.some(holds);
      case "is_autocommit":
        return !stream.connection.inTransaction;
    }
  }
  for (const { condition, stmt } of steps) {
    let result: unknown = null;
    let failure: HranaError | null = null;
    if (condition === undefined || holds(condition)) {
      try {
        result = await execute(stream, stmt);
      } catch (error) {
        failure = toError(error);
      }
    }
    results.push(result);
    errors.push(failure);
  }
  return { step_results: results, step_errors: errors };
}

async function answer(stream: HranaStream, request: HranaRequest): Promise<unknown> {
  switch (request.type) {
    case "execute":
      return { result: await execute(stream, request.stmt!) };
    case "batch":
      return { result: await runBatch(stream, request.batch!.steps) };
    case "sequence":
      stream.connection.exec(sqlOf(stream, request));
      return {};
    case "store_sql":
      stream.texts.set(request.sql_id!, request.sql!);
      return {};
    case "close_sql":
      stream.texts.delete(request.sql_id!);
      return {};
    case "close":
      return {};
    default:
      throw new Error(`The stand-in does not know "${request.type}"`);
  }
}

/** A running stand-in. */
export interface HranaServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Pipelines that were answered. */
  readonly requests: () => number;
}

/** Starts a stand-in on the file `path`; with `token`, requests must carry it. */
export function startHranaServer(options: { path: string; token?: string }): HranaServer {
  const streams = new Map<string, HranaStream>();
  let count = 0;
  const setUp = new Connection(options.path);
  setUp.exec("PRAGMA journal_mode = WAL");
  setUp.close();

  async function pipeline(request: Request): Promise<Response> {
    const { baton, requests }: { baton?: string; requests: HranaRequest[] } = await request.json();
    const id = baton ?? crypto.randomUUID();
    const stream = streams.get(id) ?? {
      connection: new Connection(options.path),
      texts: new Map<number, string>(),
    };
    streams.set(id, stream);
    count++;
    const results: unknown[] = [];
    let closed = false;
    for (const item of requests) {
      try {
        const response = await answer(stream, item);
        results.push({ type: "ok", response: { type: item.type, ...response as object } });
      } catch (error) {
        results.push({ type: "error", error: toError(error) });
      }
      closed ||= item.type === "close";
    }
    if (closed) {
      if (stream.connection.inTransaction) stream.connection.exec("ROLLBACK");
      stream.connection.close();
      streams.delete(id);
    }
    return Response.json({ baton: closed ? null : id, base_url: null, results });
  }

  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname } = new URL(request.url);
    if (pathname !== "/v2/pipeline") return new Response("not found", { status: 404 });
    if (
      options.token !== undefined &&
      request.headers.get("authorization") !== `Bearer ${options.token}`
    ) {
      return Response.json({ message: "unauthorized", code: "AUTH" }, { status: 401 });
    }
    return pipeline(request);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests: () => count,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      for (const { connection } of streams.values()) connection.close();
    },
  };
}
