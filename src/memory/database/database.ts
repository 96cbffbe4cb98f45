/**
 * One connection to a libSQL file or server, with retries where another process holds the lock.
 *
 * @module
 */

import type { Client, Config, InArgs, ResultSet, TransactionMode } from "@libsql/client";
import { AtmosphereError } from "../../core/errors.ts";
import { databaseError, isBusy, sqliteCode } from "./errors.ts";
import { filePath } from "./place.ts";

/** A value that a statement takes. */
export type SqlArgument = string | number | bigint | null | Uint8Array<ArrayBuffer>;

/** A row by column name. Blobs are `ArrayBuffer`s. */
export type Row = Readonly<Record<string, unknown>>;

/** A statement with its arguments. */
export interface Statement {
  readonly sql: string;
  readonly args: readonly SqlArgument[];
}

/** Something that statements can be run in: the connection itself, or a transaction on it. */
export interface Session {
  /** Runs one statement and returns its rows. */
  query(sql: string, args?: readonly SqlArgument[]): Promise<Row[]>;
  /** Runs statements in order; one round trip where the database is a server. */
  run(statements: readonly Statement[]): Promise<void>;
}

/** Where a database is and how to wait for it. */
export interface DatabaseOptions {
  /** `file:PATH`, `libsql:`, `http:` or `https:`. */
  readonly url: string;
  readonly token?: string;
  /** Longest wait for another process's lock. @default 30_000 */
  readonly busyTimeoutMs?: number;
}

// The wait inside SQLite blocks the thread; longer waits are made of several, with searches between.
const lockWaitMs = 250;
// Vectors of 384 floats leave a quarter of a 4 KiB page empty, but a sixteenth of an 8 KiB one.
const pageSizeBytes = 8192;
/** What the database keeps of a file in memory. */
export const cacheKiB = 4_000;

/** A client of the kind that the address needs; the other kind's code is not loaded. */
async function connect(config: Config): Promise<Client> {
  if (!config.url.startsWith("file:")) {
    return (await import("@libsql/client/http")).createClient(config);
  }
  const { openFile } = await import("./local_client.ts");
  try {
    return openFile(filePath(config.url), { lockWaitMs });
  } catch (error) {
    if (sqliteCode(error) !== undefined) throw error;
    // That a file can't be opened has no code of its own.
    throw new AtmosphereError(
      "data_dir_unusable",
      `The database ${filePath(config.url)} can't be opened`,
      {
        cause: error,
        hint: "Check that its directory exists and may be written",
      },
    );
  }
}

function rows(result: ResultSet): Row[] {
  return result.rows as unknown as Row[];
}

/** A server gets every number as a float unless it is a `bigint`. */
function toStatement(
  statement: Statement,
  options: { remote: boolean },
): { sql: string; args: InArgs } {
  const args = options.remote
    ? statement.args.map((value) => Number.isSafeInteger(value) ? BigInt(value as number) : value)
    : statement.args;
  return { sql: statement.sql, args: args as InArgs };
}

/** A libSQL database: a file, or a server that the same client speaks to. */
export class Database implements Session {
  readonly #client: Client;
  readonly #busyTimeoutMs: number;
  #dataVersion: unknown = undefined;
  #turn: Promise<unknown> = Promise.resolve();
  /** The address for messages, without credentials. */
  readonly place: string;
  /** Whether it is a server. */
  readonly remote: boolean;

  private constructor(client: Client, place: string, options: DatabaseOptions) {
    this.#client = client;
    this.#busyTimeoutMs = options.busyTimeoutMs ?? 30_000;
    this.place = place;
    this.remote = !options.url.startsWith("file:");
  }

  /** Opens the database; a file is created where there is none. */
  static async open(options: DatabaseOptions): Promise<Database> {
    const place = options.url.startsWith("file:")
      ? filePath(options.url)
      : options.url.replace(/\/\/[^/@]*@/, "//").replace(/\?.*$/, "");
    try {
      const client = await connect({
        url: options.url,
        ...(options.token === undefined ? {} : { authToken: options.token }),
        intMode: "number",
        concurrency: 8,
      });
      const database = new Database(client, place, options);
      if (!database.remote) await database.#retry(() => database.#configure());
      return database;
    } catch (error) {
      throw databaseError(error, place);
    }
  }

  async #configure(): Promise<void> {
    for (
      const pragma of [
        `page_size = ${pageSizeBytes}`,
        "journal_mode = WAL",
        "synchronous = FULL",
        "secure_delete = ON",
        `cache_size = -${cacheKiB}`,
      ]
    ) {
      await this.#client.execute(`PRAGMA ${pragma}`);
    }
  }

  /** Retries while another process holds the lock; reopens, since a busy connection may go stale. */
  async #retry<T>(work: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + this.#busyTimeoutMs;
    for (let attempt = 0;; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) throw error;
        await this.#reopen();
        const waitMs = Math.random() * Math.min(100, 5 * 2 ** attempt);
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  }

  async #reopen(): Promise<void> {
    this.#dataVersion = undefined;
    if (this.remote) return;
    await this.#client.reconnect();
    for (
      const pragma of ["synchronous = FULL", "secure_delete = ON", `cache_size = -${cacheKiB}`]
    ) {
      await this.#client.execute(`PRAGMA ${pragma}`);
    }
  }

  /** Runs `work` when the connection is free: a file has one, on which only one thing goes on. */
  async #guard<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.remote ? Promise.resolve() : this.#turn;
    const done = turn.then(() => this.#retry(work));
    this.#turn = done.catch(() => {});
    try {
      return await done;
    } catch (error) {
      throw databaseError(error, this.place);
    }
  }

  async query(sql: string, args: readonly SqlArgument[] = []): Promise<Row[]> {
    return await this.single((session) => session.query(sql, args));
  }

  async run(statements: readonly Statement[]): Promise<void> {
    await this.#guard(() =>
      this.#client.batch(statements.map((statement) => toStatement(statement, this)), "write")
    );
  }

  /**
   * Runs `work` when the connection is free; nothing else of this process uses it meanwhile. Each of
   * its statements sees a state of its own.
   */
  async single<T>(work: (session: Pick<Session, "query">) => Promise<T>): Promise<T> {
    return await this.#guard(() =>
      work({
        query: async (sql, args = []) =>
          rows(await this.#client.execute(toStatement({ sql, args }, this))),
      })
    );
  }

  /** Runs `work` in a write transaction; all or nothing. It is called again when the lock was held. */
  async transaction<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return await this.#inTransaction("write", work);
  }

  async #inTransaction<T>(
    mode: TransactionMode,
    work: (session: Session) => Promise<T>,
  ): Promise<T> {
    return await this.#guard(async () => {
      const transaction = await this.#client.transaction(mode);
      try {
        const result = await work({
          query: async (sql, args = []) =>
            rows(await transaction.execute(toStatement({ sql, args }, this))),
          run: async (statements) => {
            if (statements.length > 0) {
              await transaction.batch(statements.map((statement) => toStatement(statement, this)));
            }
          },
        });
        await transaction.commit();
        return result;
      } finally {
        transaction.close();
      }
    });
  }

  /** Runs `work` on one unchanging state of a file; on a server each statement sees the latest. */
  async snapshot<T>(work: (session: Session) => Promise<T>): Promise<T> {
    if (this.remote) return await work(this);
    return await this.#inTransaction("deferred", work);
  }

  /**
   * Whether another connection has committed since the last call (always true at first). `session`
   * is the transaction under way.
   */
  async changedElsewhere(session: Session): Promise<boolean> {
    if (this.remote) return false;
    const version = await this.#version(session);
    const changed = version !== this.#dataVersion;
    this.#dataVersion = version;
    return changed;
  }

  /** Whether no other connection has committed since the last {@linkcode changedElsewhere}. */
  async isUnchanged(session: Pick<Session, "query">): Promise<boolean> {
    return this.#dataVersion !== undefined && await this.#version(session) === this.#dataVersion;
  }

  async #version(session: Pick<Session, "query">): Promise<unknown> {
    const [row] = await session.query("PRAGMA data_version");
    return row?.["data_version"];
  }

  /** Empties a file's write-ahead log, so that deleted content is nowhere on the disk any more. */
  async compactLog(): Promise<void> {
    if (!this.remote) await this.query("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  /** Closes the connection, and leaves all that a file holds in the file itself if it can. */
  async close(): Promise<void> {
    try {
      if (!this.remote) await this.#client.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch {
      // Another process is reading: the log stays, and is as good a place.
    }
    this.#client.close();
  }
}
