/** Events as they happen, newest first. */

import { badge, byId, element } from "./dom.js";

const eventsShown = 100;
/** Every type of `NodeEvent`, since a browser hears only of those that it is told. */
export const eventTypes = [
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

/** Number of the latest event. */
let latest = 0;

/** @param {any} record An `EventRecord`. */
export function showEvent(record) {
  const { type, ...facts } = record.event;
  byId("no-events").hidden = true;
  const list = byId("events");
  // Numbers start again with the node.
  if (record.id <= latest) list.replaceChildren();
  latest = record.id;
  list.prepend(
    element(
      "li",
      { title: JSON.stringify(facts) },
      element("time", { datetime: record.time }, new Date(record.time).toLocaleTimeString()),
      " ",
      badge(type, toneOf(type)),
      " ",
      describe(type, facts),
    ),
  );
  while (list.children.length > eventsShown) list.lastElementChild?.remove();
}

/** @param {string} type */
function toneOf(type) {
  if (/failed|down/.test(type)) return "bad";
  return /up|ready|routed/.test(type) ? "good" : "plain";
}

/**
 * @param {string} type
 * @param {any} facts
 */
function describe(type, facts) {
  switch (type) {
    case "node.ready":
      return `Listening on ${facts.url}`;
    case "backend.up":
      return `${facts.backend} with ${facts.models} model${facts.models === 1 ? "" : "s"}`;
    case "backend.down":
      return `${facts.backend}: ${facts.reason}`;
    case "capabilities.changed":
      return `${facts.total} in all, ${facts.added} new, ${facts.removed} gone`;
    case "embedder.ready":
      return `${facts.model}, loaded in ${Math.round(facts.loadMs)} ms`;
    case "request.routed":
      return `${facts.kind} to ${place(facts.capability)} by ${facts.outcome}`;
    case "request.failed":
      return `${place(facts.capability)}: ${facts.code}${
        facts.retried ? ", the next candidate took it" : ""
      }`;
    default:
      return Object.entries(facts).map(([name, value]) => `${name} ${value}`).join(", ");
  }
}

/**
 * `NODE/BACKEND/KIND/NAME` as people say it; a kind has a slash of its own.
 *
 * @param {string} id
 */
function place(id) {
  const match = /^[^/]+\/([^/]+)\/[^/]+\/[^/]+\/(.+)$/.exec(id);
  return match === null ? id : `${match[2]} on ${match[1]}`;
}
