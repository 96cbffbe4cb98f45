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
  if (decision.candidates.length > 0) parts.push(factorTable(decision.candidates));
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
  );
}

/** @param {any[]} candidates */
function factorTable(candidates) {
  const names = [
    ...new Set(candidates.flatMap((c) => c.factors.map((/** @type {any} */ f) => f.name))),
  ];
  return table(
    "Candidates, best first, with the factors whose product is the score",
    ["Candidate", "Score", ...names],
    candidates.map((candidate) => [
      `${candidate.capability.name} (${candidate.capability.backend})`,
      candidate.score.toFixed(3),
      ...names.map((name) => factorCell(candidate.factors, name)),
    ]),
  );
}

/** @param {any[]} factors @param {string} name */
function factorCell(factors, name) {
  const factor = factors.find((f) => f.name === name);
  if (factor === undefined) return "";
  return element(
    "span",
    { class: factor.value > 1 ? "up" : factor.value < 1 ? "down" : "" },
    `×${factor.value.toFixed(2)} `,
    element("small", {}, factor.detail),
  );
}
