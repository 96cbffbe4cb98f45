/** Puts the page together: state every few seconds and after each event, events as they happen. */

import { call, listen, silence } from "./api.js";
import { showDecision, showFailure } from "./decision.js";
import { byId } from "./dom.js";
import { eventTypes, showEvent } from "./events.js";
import { showBackends, showCapabilities, showNode } from "./status.js";
import { showUse } from "./use.js";

const refreshMs = 5_000;

let loading = false;
let again = false;
/** @type {number | undefined} */
let timer;

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
    showUse(status, data);
    showConnection(true);
  } catch (error) {
    showConnection(false, messageOf(error));
  }
  loading = false;
  timer = setTimeout(refresh, again ? 300 : refreshMs);
  again = false;
}

/** @param {boolean} connected @param {string} [reason] */
function showConnection(connected, reason = silence) {
  const place = byId("connection");
  const text = connected ? "Connected" : reason;
  if (place.textContent !== text) place.textContent = text;
  place.className = connected ? "good" : "bad";
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/** @param {string} id @returns {any} */
function field(id) {
  return byId(id);
}

byId("route").addEventListener("submit", async (event) => {
  event.preventDefault();
  byId("decision").setAttribute("aria-busy", "true");
  try {
    showDecision(
      await call("/atmosphere/v1/route", {
        intent: field("intent").value,
        // Left out, the router reads from the text what kind is wanted.
        ...(field("kind").value === "" ? {} : { kind: field("kind").value }),
        preference: field("preference").value,
        policy: field("local-only").checked ? { localOnly: true } : {},
        explain: true,
      }),
    );
  } catch (error) {
    showFailure(messageOf(error));
  } finally {
    byId("decision").removeAttribute("aria-busy");
  }
});

byId("intent").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  field("route").requestSubmit();
});

listen({
  event: (record) => {
    showEvent(record);
    void refresh();
  },
  state: (connected) => {
    if (connected) void refresh();
    else showConnection(false);
  },
}, eventTypes);
void refresh();
