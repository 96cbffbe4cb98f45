/** What the router answers, with every factor of every score. */

import { badge, byId, element, table } from "./dom.js";

/** @param {any} decision A `Decision` with its explanation. */
export function showDecision(decision) {
  const parts = [summary(decision)];
  if (decision.route !== undefined) {
    const { name, score, threshold, evidence } = decision.route;
    parts.push(
      element(
        "p",
        {},
        `Nearest route: ${name}, score ${score.toFixed(2)}, taken from ${threshold.toFixed(2)}`,
        evidence.length > 0 ? ` (${evidence.join("; ")})` : "",
      ),
    );
  }
  if (decision.candidates.length > 0) parts.push(...ranking(decision.candidates));
  if (decision.rejected.length > 0) {
    parts.push(
      element(
        "details",
        {},
        element("summary", {}, `${decision.rejected.length} can't serve it`),
        table(
          "Capabilities that can't serve it",
          ["Name", "Filter", "Reason"],
          decision.rejected.map((/** @type {any} */ r) => [r.name, r.filter, r.reason]),
        ),
      ),
    );
  }
  byId("decision").replaceChildren(...parts);
}

/** @param {string} message */
export function showFailure(message) {
  byId("decision").replaceChildren(element("p", { class: "notice bad" }, message));
}

/** @param {any} decision */
function summary(decision) {
  const [best] = decision.candidates;
  const times = `decided in ${decision.decideMs.toFixed(2)} ms, intent ${
    decision.embedding === "computed"
      ? `embedded in ${decision.embedMs.toFixed(1)} ms`
      : `embedding: ${decision.embedding}`
  }`;
  if (best === undefined) {
    const { message, hint } = decision.refusal ?? { message: "Nothing can serve it", hint: "" };
    return element("p", { class: "notice bad" }, `${message}. ${hint} (${times})`);
  }
  return element(
    "p",
    {},
    badge(decision.outcome, "good"),
    " ",
    element("strong", {}, best.capability.name),
    ` on ${best.capability.backend}, ${times}`,
    decision.request.kindReason === undefined
      ? ""
      : `; as ${best.capability.kind}, because ${decision.request.kindReason}`,
  );
}

/**
 * The candidates with what tells them apart; what is neutral for all is only named.
 *
 * @param {any[]} candidates
 */
function ranking(candidates) {
  const names = [
    ...new Set(candidates.flatMap((c) => c.factors.map((/** @type {any} */ f) => f.name))),
  ];
  const telling = names.filter((name) =>
    candidates.some(({ factors }) => shownValue(factors, name) !== "1.00")
  );
  const neutral = names.filter((name) => !telling.includes(name));
  const most = Math.max(...candidates.map(({ score }) => score));
  return [
    table(
      "Candidates, best first, with the factors whose product is the score",
      ["Candidate", "Score", ...telling],
      candidates.map((candidate) => [
        `${candidate.capability.name} (${candidate.capability.backend})`,
        element(
          "span",
          { class: "score" },
          candidate.score.toFixed(3),
          element("meter", {
            min: "0",
            max: String(most),
            value: String(candidate.score),
            "aria-label": "Beside the best score",
          }),
        ),
        ...telling.map((name) => factorCell(candidate.factors, name)),
      ]),
    ),
    ...(neutral.length === 0
      ? []
      : [element("p", { class: "hint" }, `×1.00 for all: ${neutral.join(", ")}`)]),
    element(
      "details",
      {},
      element("summary", {}, "Every factor and what it was computed from"),
      ...candidates.map((candidate) => factorList(candidate)),
    ),
  ];
}

/** @param {any} candidate */
function factorList({ capability, factors }) {
  return element(
    "div",
    {},
    element("h3", {}, `${capability.name} on ${capability.backend}`),
    element(
      "dl",
      { class: "reasons" },
      ...factors.flatMap((/** @type {any} */ f) => [
        element("dt", {}, f.name),
        element("dd", { class: toneOf(f.value) }, `×${f.value.toFixed(2)}`),
        element("dd", {}, f.detail),
      ]),
    ),
  );
}

/** @param {any[]} factors @param {string} name */
function shownValue(factors, name) {
  const factor = factors.find((f) => f.name === name);
  return factor === undefined ? "1.00" : factor.value.toFixed(2);
}

/** @param {any[]} factors @param {string} name */
function factorCell(factors, name) {
  const factor = factors.find((f) => f.name === name);
  if (factor === undefined) return "";
  return element(
    "span",
    { class: toneOf(factor.value), title: factor.detail },
    `×${factor.value.toFixed(2)}`,
  );
}

/** @param {number} value */
function toneOf(value) {
  const shown = value.toFixed(2);
  if (shown === "1.00") return "plain";
  return value > 1 ? "up" : "down";
}
