/** Small pieces for building the page. Text always becomes text nodes, never markup. */

/** @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no element #${id}`);
  return found;
}

/**
 * An element with attributes and children.
 *
 * @param {string} name
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** @param {string} text @param {string} tone `good`, `bad`, `warn` or `plain` */
export function badge(text, tone) {
  return element("span", { class: `badge ${tone}` }, text);
}

/**
 * A table that scrolls by itself where it is too wide, and becomes cards on narrow screens.
 *
 * @param {string} caption Read out, not shown.
 * @param {string[]} columns
 * @param {(Node | string)[][]} rows
 */
export function table(caption, columns, rows) {
  return element(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    element(
      "table",
      {},
      element("caption", { class: "unseen" }, caption),
      element(
        "thead",
        {},
        element("tr", {}, ...columns.map((column) => element("th", { scope: "col" }, column))),
      ),
      element(
        "tbody",
        {},
        ...rows.map(([first = "", ...cells]) =>
          element(
            "tr",
            {},
            element("th", { scope: "row" }, first),
            // Narrow screens show each row as a card, whose lines say what they are.
            ...cells.map((cell, i) => element("td", { "data-label": columns[i + 1] ?? "" }, cell)),
          )
        ),
      ),
    ),
  );
}

/**
 * Puts new content into `container` without taking anything out of the reader's hands: text that is
 * selected stays, and a table keeps its focus and how far it was scrolled.
 *
 * @param {HTMLElement} container
 * @param {...Node} content
 */
export function replace(container, ...content) {
  const selection = document.getSelection();
  if (selection !== null && !selection.isCollapsed && container.contains(selection.anchorNode)) {
    return;
  }
  const focused = container.contains(document.activeElement);
  const scrolled = container.querySelector(".scroll")?.scrollLeft ?? 0;
  container.replaceChildren(...content);
  const region = container.querySelector(".scroll");
  if (!(region instanceof HTMLElement)) return;
  region.scrollLeft = scrolled;
  if (focused) region.focus({ preventScroll: true });
}

/**
 * A number of tokens as people say it: 8k, 128k, 1M.
 *
 * @param {number} tokens
 */
export function tokens(tokens) {
  const step = tokens % 1024 === 0 ? 1024 : 1000;
  if (tokens >= step * step) return `${Math.round(tokens / (step * step) * 10) / 10}M`;
  return tokens >= step ? `${Math.round(tokens / step * 10) / 10}k` : String(tokens);
}

/**
 * A line to copy, with a button that does.
 *
 * @param {string} text
 */
export function copyable(text) {
  const button = element("button", { type: "button", class: "quiet" }, "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      // Pages that came over plain http from another machine may not write to the clipboard.
      const range = document.createRange();
      range.selectNodeContents(code);
      document.getSelection()?.removeAllRanges();
      document.getSelection()?.addRange(range);
      button.textContent = "Selected";
    }
    setTimeout(() => button.textContent = "Copy", 2_000);
  });
  const code = element("code", {}, text);
  return element("div", { class: "copy" }, code, button);
}

/** @param {number} bytes */
export function megabytes(bytes) {
  return `${Math.round(bytes / 1e6)} MB`;
}

/** @param {number} seconds */
export function duration(seconds) {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor(seconds / 3_600) % 24;
  const minutes = Math.floor(seconds / 60) % 60;
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${Math.floor(seconds % 60)} s` : `${Math.floor(seconds)} s`;
}
