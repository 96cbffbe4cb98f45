import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { RunningNode } from "../../app/types.ts";
import type { Config } from "../../config/types.ts";
import { AtmosphereError } from "../../core/errors.ts";
import type { AppFunctions } from "../context.ts";
import { runInMemory } from "../testdata/context.ts";
import { backend, capability, status } from "../testdata/node.ts";

const env = { HOME: "/nowhere" };

interface Serving {
  readonly app: Pick<AppFunctions, "startNode">;
  readonly interrupts: { readonly first: AbortController; readonly second: AbortController };
  readonly configs: Config[];
  readonly calls: string[];
}

/** A node that is interrupted as soon as its findings are asked for, unless told otherwise. */
function serving(
  options: {
    readonly models?: boolean;
    readonly inFlight?: number;
    readonly drain?: (serving: Serving) => Promise<void>;
    readonly interrupt?: boolean;
  } = {},
): Serving {
  const interrupts = { first: new AbortController(), second: new AbortController() };
  const configs: Config[] = [];
  const calls: string[] = [];
  const backends = options.models === false ? [] : [backend("ollama")];
  const refuse = () => Promise.reject(new TypeError("not expected"));
  const node: RunningNode = {
    id: "12D3KooWTest",
    url: "http://127.0.0.1:5000",
    discovered: Promise.resolve(),
    status: () =>
      Promise.resolve(status({
        backends,
        capabilities: 1,
        requests: { total: 0, failed: 0, inFlight: options.inFlight ?? 0 },
      })),
    capabilities: () => {
      if (options.interrupt !== false) queueMicrotask(() => interrupts.first.abort());
      return Promise.resolve(options.models === false ? [] : [capability("llama3.2:3b")]);
    },
    route: refuse,
    embed: refuse,
    chat: refuse,
    refresh: refuse,
    feedback: refuse,
    experience: refuse,
    forgetExperience: refuse,
    drain: async () => {
      calls.push("drain");
      await options.drain?.(result);
    },
    [Symbol.asyncDispose]: () => {
      calls.push("dispose");
      return Promise.resolve();
    },
  };
  const result: Serving = {
    app: {
      startNode: (config) => {
        configs.push(config);
        return Promise.resolve(node);
      },
    },
    interrupts,
    configs,
    calls,
  };
  return result;
}

Deno.test("serve prints where it listens, what it found and how to try it, then drains", async () => {
  const { app, interrupts, calls } = serving();
  const { code, stdout, stderr } = await runInMemory(["serve"], { env, app, interrupts });
  assertEquals(code, 0);
  assertStringIncludes(stdout, "  Page     http://127.0.0.1:5000/\n");
  assertStringIncludes(stdout, "  OpenAI   http://127.0.0.1:5000/v1\n");
  assertStringIncludes(stdout, "ollama   up");
  assertStringIncludes(stdout, "curl http://127.0.0.1:5000/v1/chat/completions -H");
  assertStringIncludes(stderr, "Stopping\n");
  assertEquals(calls, ["drain", "dispose"]);
});

Deno.test("serve shows a request that works without any model server", async () => {
  const { app, interrupts } = serving({ models: false });
  const { stdout } = await runInMemory(["serve"], { env, app, interrupts });
  assertStringIncludes(stdout, "No model server answers yet");
  assertStringIncludes(stdout, "curl http://127.0.0.1:5000/v1/embeddings");
});

Deno.test("serve says what a listener beyond loopback needs", async () => {
  const { app, interrupts } = serving();
  const own = await runInMemory(["serve"], { env, app, interrupts });
  assert(!own.stdout.includes("token"));
  const open = serving();
  const { stdout } = await runInMemory(["serve", "--host=0.0.0.0"], { env, ...open });
  assertStringIncludes(stdout, "every request needs the token in /nowhere/.atmosphere/token");
  assertStringIncludes(
    stdout,
    `-H "authorization: Bearer $(cat '/nowhere/.atmosphere/token')"`,
  );
  const given = serving();
  const secret = { ...env, ATMOSPHERE_TOKEN: "0123456789abcdef" };
  const other = await runInMemory(["serve", "--host=0.0.0.0"], { env: secret, ...given });
  assertStringIncludes(other.stdout, "Bearer $ATMOSPHERE_TOKEN");
  assert(!other.stdout.includes("0123456789abcdef"));
});

Deno.test("serve hands flags on to the configuration", async () => {
  const { app, interrupts, configs } = serving();
  const argv = [
    "serve",
    "--host",
    "127.0.0.2",
    "-p0",
    "--node-name=box",
    "--no-discovery",
    "--local-only",
  ];
  await runInMemory(argv, { env: { ...env, ATMOSPHERE_PORT: "7000" }, app, interrupts });
  const [config] = configs;
  assertEquals(config?.server.host, "127.0.0.2");
  assertEquals(config?.server.port, 0);
  assertEquals(config?.node.name, "box");
  assertEquals(config?.discovery.enabled, false);
  assertEquals(config?.router.policy.localOnly, true);
});

Deno.test("serve leaves to the environment and the defaults what no flag says", async () => {
  const { app, interrupts, configs } = serving();
  await runInMemory(["serve"], { env: { ...env, ATMOSPHERE_PORT: "7000" }, app, interrupts });
  const [config] = configs;
  assertEquals(config?.server.port, 7_000);
  assertEquals(config?.discovery.enabled, true);
  assert(config?.router.policy.localOnly !== true);
});

Deno.test("serve --json prints a line when it listens and one when it has looked around", async () => {
  const { app, interrupts } = serving();
  const { stdout } = await runInMemory(["serve", "--json"], { env, app, interrupts });
  const [start, found, ...more] = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(more, []);
  assertEquals(start.url, "http://127.0.0.1:5000");
  assertEquals(start.pid, Deno.pid);
  assertEquals(found.capabilities, 1);
  assertEquals(found.backends[0].id, "ollama");
});

Deno.test("serve says what it waits for, and ends at once at the second interrupt", async () => {
  const { app, interrupts, calls } = serving({
    inFlight: 2,
    drain: ({ interrupts }) => {
      queueMicrotask(() => interrupts.second.abort());
      return new Promise(() => {});
    },
  });
  const { code, stderr } = await runInMemory(["serve"], { env, app, interrupts });
  assertEquals([code, calls], [130, ["drain"]]);
  assertStringIncludes(stderr, "Stopping when 2 requests under way are done");
});

Deno.test("serve goes on when nobody reads what it printed", async () => {
  const { app, interrupts, calls } = serving({ interrupt: false });
  const running = runInMemory(["serve"], { env, app, interrupts, closesAfter: 1 });
  setTimeout(() => interrupts.first.abort(), 0);
  const { code } = await running;
  assertEquals([code, calls], [0, ["drain", "dispose"]]);
});

Deno.test("serve tells why it can't start", async () => {
  const app = {
    startNode: () =>
      Promise.reject(
        new AtmosphereError("port_in_use", "Port 11451 on 127.0.0.1 is taken by another program", {
          hint: "Choose another port with --port",
        }),
      ),
  };
  const { code, stdout, stderr } = await runInMemory(["serve"], { env, app });
  assertEquals([code, stdout], [1, ""]);
  assertEquals(
    stderr,
    "error: Port 11451 on 127.0.0.1 is taken by another program\n  Choose another port with --port\n",
  );
});
