/** The node's own HTTP interface. */

/** What is said of a node that can't be reached. */
export const silence = "The node does not answer. Is it still running?";

/**
 * @param {string} path
 * @param {unknown} [body] Sent by POST where given.
 * @returns {Promise<any>} The answer's JSON.
 */
export async function call(path, body) {
  const response = await fetch(path, {
    headers: body === undefined ? {} : { "content-type": "application/json" },
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  }).catch((error) => {
    throw new Error(silence, { cause: error });
  });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const problem = answer.error ?? answer;
  const message = problem.detail ?? problem.message ?? `The node answered ${response.status}`;
  throw new Error(problem.hint === undefined ? message : `${message}. ${problem.hint}`);
}

/**
 * Hears every event from the first one remembered, and comes back by itself.
 *
 * @param {{ event: (record: any) => void, state: (connected: boolean) => void }} listener
 * @param {string[]} types
 */
export function listen(listener, types) {
  const source = new EventSource("/atmosphere/v1/events?since=0");
  source.addEventListener("open", () => listener.state(true));
  source.addEventListener("error", () => listener.state(false));
  for (const type of types) {
    source.addEventListener(type, (message) => listener.event(JSON.parse(message.data)));
  }
  globalThis.addEventListener("pagehide", () => source.close());
}
