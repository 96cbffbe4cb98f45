/**
 * Chromium, spoken to by its own protocol, where it is installed.
 *
 * @module
 */

const names = ["chromium", "chromium-browser", "google-chrome"];
const startTimeoutMs = 30_000;
const waitTimeoutMs = 15_000;

/** The browser's command; undefined where there is none. */
export async function findBrowser(): Promise<string | undefined> {
  if (Deno.build.os === "windows") return undefined;
  for (const name of names) {
    const { success } = await new Deno.Command("sh", {
      args: ["-c", 'command -v "$1"', "sh", name],
      stdout: "null",
      stderr: "null",
    }).output();
    if (success) return name;
  }
  return undefined;
}

/** One open page. */
export interface Page extends AsyncDisposable {
  /** What the page threw, or its policy kept from it. */
  readonly complaints: readonly string[];
  /** The value of an expression in the page. */
  evaluate(expression: string): Promise<unknown>;
  /** Resolves when the expression is truthy; what it looks at changes with the network. */
  until(expression: string): Promise<void>;
  /** Sets the size of the window, in pixels. */
  resize(width: number, height: number): Promise<void>;
  /** Types text where the focus is. */
  type(text: string): Promise<void>;
  /** Presses and releases a key, such as `Enter`. */
  press(key: "Enter" | "Tab"): Promise<void>;
}

const keyCodes = { Enter: 13, Tab: 9 };

/** Opens `url` in a browser of its own. */
export async function openPage(command: string, url: string): Promise<Page> {
  const profile = await Deno.makeTempDir({ prefix: "atmosphere-browser-" });
  const child = new Deno.Command(command, {
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--remote-debugging-port=0",
      `--user-data-dir=${profile}`,
      "about:blank",
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
  const socket = new WebSocket(await debuggerUrl(profile));
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const waiting = new Map<number, PromiseWithResolvers<Record<string, unknown>>>();
  const complaints: string[] = [];
  let session: string | undefined;
  let last = 0;
  socket.onmessage = ({ data }) => {
    const { id, result, error, method, params } = JSON.parse(data);
    if (id !== undefined) {
      if (error === undefined) waiting.get(id)?.resolve(result);
      else waiting.get(id)?.reject(new Error(error.message));
      waiting.delete(id);
    } else if (method === "Runtime.exceptionThrown") {
      complaints.push(params.exceptionDetails.exception?.description ?? "an exception");
    } else if (method === "Log.entryAdded" && params.entry.source === "security") {
      complaints.push(params.entry.text);
    }
  };
  const send = (method: string, params: object = {}) => {
    const reply = Promise.withResolvers<Record<string, unknown>>();
    waiting.set(++last, reply);
    socket.send(JSON.stringify({ id: last, method, params, sessionId: session }));
    return reply.promise;
  };
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  const attached = await send("Target.attachToTarget", { targetId, flatten: true });
  session = attached.sessionId as string;
  for (const domain of ["Page", "Runtime", "Log"]) await send(`${domain}.enable`);
  await send("Page.navigate", { url });

  const evaluate = async (expression: string) => {
    const reply = await send("Runtime.evaluate", { expression, returnByValue: true });
    if (reply.exceptionDetails !== undefined) {
      throw new Error(`${expression}: ${JSON.stringify(reply.exceptionDetails)}`);
    }
    return (reply.result as { value?: unknown }).value;
  };
  return {
    complaints,
    evaluate,
    async until(expression) {
      const deadline = Date.now() + waitTimeoutMs;
      while (!await evaluate(expression)) {
        if (Date.now() > deadline) {
          const text = await evaluate("document.body.innerText");
          throw new Error(`Not within ${waitTimeoutMs} ms: ${expression}, but:\n${text}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async resize(width, height) {
      await send("Emulation.setDeviceMetricsOverride", {
        width,
        height,
        deviceScaleFactor: 1,
        mobile: false,
      });
    },
    async type(text) {
      await send("Input.insertText", { text });
    },
    async press(key) {
      const event = { key, code: key, windowsVirtualKeyCode: keyCodes[key] };
      const text = key === "Enter" ? { text: "\r" } : {};
      await send("Input.dispatchKeyEvent", { type: "keyDown", ...event, ...text });
      await send("Input.dispatchKeyEvent", { type: "keyUp", ...event });
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => socket.onclose = resolve);
      session = undefined;
      void send("Browser.close").catch(() => {});
      await Promise.all([child.status, closed]);
      await Deno.remove(profile, { recursive: true }).catch(() => {});
    },
  };
}

/** The browser writes its address into its profile when it listens. */
async function debuggerUrl(profile: string): Promise<string> {
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline) {
    const text = await Deno.readTextFile(`${profile}/DevToolsActivePort`).catch(() => "");
    const [port, path] = text.split("\n");
    if (path) return `ws://127.0.0.1:${port}${path}`;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("The browser did not start to listen");
}
