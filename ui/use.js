/** What a newcomer needs: the address for their programs, and a first request. */

import { byId, copyable, element } from "./dom.js";

let shown = "";

/**
 * @param {any} status A `NodeStatus`.
 * @param {any[]} capabilities Each a `CapabilityView`.
 */
export function showUse(status, capabilities) {
  const root = status.url ?? location.origin;
  const chats = capabilities.some(({ kind }) => kind === "llm/chat");
  // What is there rarely changes, and a reader may be about to copy it.
  if (shown === `${root} ${chats}`) return;
  shown = `${root} ${chats}`;
  const [path, body] = chats
    ? ["chat/completions", { model: "auto", messages: [{ role: "user", content: "Hello" }] }]
    : ["embeddings", { input: "Hello" }];
  byId("use").replaceChildren(
    element("p", { class: "hint" }, "OpenAI's address for your programs, with any key"),
    copyable(`${root}/v1`),
    element("p", { class: "hint" }, "A first request"),
    copyable(
      `curl ${root}/v1/${path} -H 'content-type: application/json' -d '${JSON.stringify(body)}'`,
    ),
    element(
      "p",
      { class: "hint" },
      "The model ",
      element("code", {}, "auto"),
      " lets the router choose by meaning; the name of any model below is taken as it is.",
    ),
  );
}
