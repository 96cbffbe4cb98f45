/** Puts the page together: state every few seconds and after each event, events as they happen. */

import { call, listen } from "./api.js";
import { showDecision, showFailure } from "./decision.js";
import { byId, element } from "./dom.js";
import { showBackends, showCapabilities, showNode } from "./status.js";

const refreshMs = 5_000;
const eventsShown = 100;
const eventTypes = [
  "node.ready",
  "node.stopping",
  "backend.up",
  "backend.down",
  "capabilities.changed",
  "embedder.ready",
  "embedder.failed",
  "request.routed",
  "request.failed",
];

let loading = false;
let again = false;
/** @type {number | undefined} */
let timer;
/** Number of the latest event. */
let latest = 0;

async function refresh() {
  if (loading) {
    again = true;
    return;
  }
  loading = true;
  clearTimeout(timer);
  try {
    const [status, { data }] = await Promise.all([
      call("/atmosphere/v1/node"),
      call("/atmosphere/v1/capabilities"),
    ]);
    showNode(status);
    showBackends(status.backends);
    showCapabilities(data);
    showConnection(true);
  } catch (error) {
    showConnection(false, error instanceof TypeError ? undefined : String(error));
  }
  loading = false;
  timer = setTimeout(refresh, again ? 300 : refreshMs);
  again = false;
}

/** @param {boolean} connected @param {string} [reason] */
function showConnection(connected, reason = "The node does not answer. Is it still running?") {
  const place = byId("connection");
  const text = connected ? "Connected" : reason;
  if (place.textContent !== text) place.textContent = text;
  place.className = connected ? "good" : "bad";
}

/** @param {any} record An `EventRecord`. */
function showEvent(record) {
  const { type, ...facts } = record.event;
  byId("no-events").hidden = true;
  const list = byId("events");
  // Numbers start again with the node.
  if (record.id <= latest) list.replaceChildren();
  latest = record.id;
  list.prepend(
    element(
      "li",
      {},
      element(
        "time",
        { datetime: record.time },
        new Date(record.time).toLocaleTimeString(),
      ),
      " ",
      element("strong", {}, type),
      " ",
      Object.entries(facts).map(([name, value]) => `${name} ${value}`).join(", "),
    ),
  );
  while (list.children.length > eventsShown) list.lastElementChild?.remove();
  void refresh();
}

/** @param {string} id @returns {any} */
function field(id) {
  return byId(id);
}

byId("route").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    showDecision(
      await call("/atmosphere/v1/route", {
        intent: field("intent").value,
        kind: field("kind").value,
        preference: field("preference").value,
        policy: field("local-only").checked ? { localOnly: true } : {},
        explain: true,
      }),
    );
  } catch (error) {
    showFailure(error instanceof Error ? error.message : String(error));
  }
});

listen({
  event: showEvent,
  state: (connected) => {
    if (connected) void refresh();
    else showConnection(false);
  },
}, eventTypes);
void refresh();
