/** The page at `/`, in a real browser. */
import { assert, assertEquals } from "@std/assert";
import { startFakeServer } from "../fakes/mod.ts";
import { findBrowser, openPage } from "../support/browser.ts";
import { serveProgram } from "../support/program.ts";

const browser = await findBrowser();
const shows = (id: string, text: string) =>
  `document.getElementById(${JSON.stringify(id)})?.innerText.includes(${JSON.stringify(text)})`;

Deno.test({
  name: "the page shows the node, what happens in it, and what the router would choose",
  ignore: browser === undefined,
  async fn(t) {
    await using server = await startFakeServer({
      engine: "ollama",
      models: ["llama3.2:3b", "qwen2.5-coder:7b"],
    });
    const config = `discovery: { enabled: false }
backends:
  - { id: desk, engine: ollama, url: "${server.url}" }
  - { id: attic, engine: vllm, url: "http://127.0.0.1:9" }
`;
    await using node = await serveProgram({ config });
    await using page = await openPage(browser!, `${node.url}/`);

    await t.step("its state", async () => {
      await page.until(shows("connection", "Connected"));
      await page.until(shows("capabilities", "qwen2.5-coder:7b"));
      for (const text of ["desk", "up", "attic", "down"]) await page.until(shows("backends", text));
      await page.until(shows("use", `${node.url}/v1`));
      await page.until(shows("use", "chat/completions"));
    });

    await t.step("events as they happen", async () => {
      const response = await fetch(`${node.url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          model: "llama3.2:3b",
          messages: [{ role: "user", content: "hello" }],
        }),
      });
      await response.body?.cancel();
      await page.until(shows("events", "llm/chat to llama3.2:3b on desk by explicit"));
    });

    await t.step("a decision, by keyboard alone", async () => {
      for (let i = 0; await page.evaluate("document.activeElement.id") !== "intent"; i++) {
        assert(i < 20, "Tab does not lead to the intent");
        await page.press("Tab");
      }
      await page.type("write a python function that parses dates");
      await page.press("Enter");
      await page.until(shows("decision", "qwen2.5-coder:7b on desk"));
      await page.until(shows("decision", "speciality"));
    });

    await t.step("a kind that the router reads from the text", async () => {
      const remembered = await fetch(`${node.url}/atmosphere/v1/memory/items`, {
        method: "POST",
        headers: { "authorization": `Bearer ${node.token}`, "content-type": "application/json" },
        body: JSON.stringify({ items: [{ text: "Backups are kept for a year" }] }),
      });
      assertEquals(remembered.status, 200, await remembered.text());
      await page.evaluate(
        `document.getElementById("intent").value = "what did I decide on backups?"`,
      );
      await page.press("Enter");
      await page.until(shows("decision", "memory/search, because"));
    });

    await t.step("a narrow window", async () => {
      await page.resize(360, 800);
      await page.until("innerWidth === 360");
      // A scroll bar may take a part of the width.
      assertEquals(
        await page.evaluate("document.documentElement.scrollWidth <= innerWidth"),
        true,
      );
    });

    await t.step("a node that is gone", async () => {
      assertEquals(await node.stop(), 0);
      await page.until(shows("connection", "The node does not answer"));
    });
    assertEquals(page.complaints, []);
  },
});
