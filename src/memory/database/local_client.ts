/**
 * The client of a file, which keeps its statements: preparing one takes longer than running it.
 *
 * @module
 */

import { type Client, ConnectionPool, Sqlite3Client } from "@libsql/client/sqlite3";

type Connection = ReturnType<ConnectionPool["acquireSync"]>;
type Prepared = ReturnType<Connection["prepare"]>;

// More than there are of those that don't depend on a filter.
const mostStatements = 64;
// Others may have an effect when they are prepared, such as a PRAGMA, or are not asked twice.
const worthKeeping = /^\s*(?:PRAGMA data_version$|SELECT|WITH|INSERT|UPDATE|DELETE|BEGIN|COMMIT)\b/;

/** A function that does its work once and has the same outcome ever after. */
function once<T>(work: () => T): () => T {
  let outcome: { readonly value: T } | { readonly error: unknown } | undefined;
  return () => {
    if (outcome === undefined) {
      try {
        outcome = { value: work() };
      } catch (error) {
        outcome = { error };
      }
    }
    if ("error" in outcome) throw outcome.error;
    return outcome.value;
  };
}

/**
 * Before each run the client asks a statement for the same as before, which takes longer than most
 * statements do: the names of its columns, whole numbers as such, and rows as arrays.
 */
function rememberAnswers(statement: Prepared): void {
  statement.columns = once(statement.columns.bind(statement));
  const { safeIntegers, raw } = statement;
  statement.safeIntegers = once(() => safeIntegers.call(statement, true));
  statement.raw = once(() => raw.call(statement, true));
}

function keepStatements(connection: Connection): void {
  const prepare = connection.prepare.bind(connection);
  const kept = new Map<string, Prepared>();
  function prepareOnce(sql: string): Prepared {
    const known = kept.get(sql);
    if (known !== undefined) return known;
    const statement: Prepared = prepare(sql);
    if (worthKeeping.test(sql)) {
      if (kept.size >= mostStatements) kept.delete(kept.keys().next().value!);
      kept.set(sql, statement);
      rememberAnswers(statement);
    }
    return statement;
  }
  connection.prepare = prepareOnce as typeof connection.prepare;
}

/** The client's own pool, with connections that keep their statements. */
class KeepingPool extends ConnectionPool {
  readonly #known = new WeakSet<Connection>();

  override acquireSync(forTransaction?: boolean): Connection {
    const connection = super.acquireSync(forTransaction);
    if (!this.#known.has(connection)) {
      this.#known.add(connection);
      keepStatements(connection);
    }
    return connection;
  }
}

/** Opens the file at `path` on one connection, and throws at once when that is impossible. */
export function openFile(path: string, options: { readonly lockWaitMs: number }): Client {
  const pool = new KeepingPool(path, { timeout: options.lockWaitMs }, 1);
  pool.release(pool.acquireSync());
  return new Sqlite3Client(pool, "number");
}
