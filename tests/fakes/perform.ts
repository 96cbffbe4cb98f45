/**
 * Carrying out a command.
 *
 * @module
 */

import type { Command } from "./commands.ts";
import type { AnswerWriter, FakeRequest } from "./http_server.ts";
import type { Answer } from "./route.ts";

/** What a command is carried out with. */
export interface Scene {
  readonly request: FakeRequest;
  readonly answer: AnswerWriter;
  /** What the engine would answer. */
  readonly route: () => Answer;
  /** Resolves when silence ends. */
  readonly released: () => Promise<void>;
}

const html = "<!doctype html><html><body><h1>It works!</h1></body></html>";

/** Waits, but not for somebody who is gone. */
async function wait(ms: number, request: FakeRequest): Promise<void> {
  if (ms <= 0) return;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const passed = new Promise<void>((resolve) => timer = setTimeout(resolve, ms));
  await Promise.race([passed, request.finished]);
  clearTimeout(timer);
}

function sendWhole(
  answer: AnswerWriter,
  body: string | Uint8Array,
  options: { status?: number; headers?: Readonly<Record<string, string>> } = {},
): void {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  answer.head(options.status ?? 200, {
    "content-type": "application/json",
    ...options.headers,
    "content-length": String(bytes.length),
  });
  answer.write(bytes);
  answer.end();
}

function bodyOf(made: Answer): { text: string; type: string } {
  if (made.text !== undefined) return { text: made.text, type: "text/plain; charset=utf-8" };
  return { text: JSON.stringify(made.json), type: "application/json" };
}

async function sendAnswer(
  scene: Scene,
  options: { chunkMs?: number; until?: number; then?: (answer: AnswerWriter) => void } = {},
): Promise<void> {
  const { answer, request } = scene;
  const made = scene.route();
  const chunks = made.events ?? bodyOf(made).text.match(/.{1,64}/gs) ?? [];
  const { until, then } = options;
  if (made.events === undefined && until === undefined && options.chunkMs === undefined) {
    const { text, type } = bodyOf(made);
    sendWhole(answer, text, {
      status: made.status ?? 200,
      headers: { "content-type": type, ...made.headers },
    });
    return;
  }
  answer.head(made.status ?? 200, {
    "content-type": made.events === undefined ? bodyOf(made).type : "text/event-stream",
    ...made.headers,
  });
  for (const chunk of until === undefined ? chunks : chunks.slice(0, until)) {
    await wait(options.chunkMs ?? 0, request);
    if (answer.closed) return;
    await answer.write(chunk);
  }
  if (then === undefined) answer.end();
  else then(answer);
}

async function sendHuge(answer: AnswerWriter, bytes: number): Promise<void> {
  answer.head(200, { "content-type": "application/json" });
  await answer.write('{"padding":"');
  const block = "x".repeat(65_536);
  for (let sent = 0; sent < bytes && !answer.closed; sent += block.length) {
    await answer.write(block);
  }
  if (answer.closed) return;
  await answer.write('"}');
  answer.end();
}

/** Carries out one command on one request. */
export async function perform(command: Command, scene: Scene): Promise<void> {
  const { answer, request } = scene;
  switch (command.do) {
    case "ok":
      await wait(command.headMs ?? 0, request);
      if (answer.closed) return;
      return await sendAnswer(
        scene,
        command.chunkMs === undefined ? {} : { chunkMs: command.chunkMs },
      );
    case "fail": {
      const body = command.body ??
        { error: { message: `Told to fail with ${command.status}`, type: "server_error" } };
      const text = typeof body === "string" ? body : JSON.stringify(body);
      return sendWhole(answer, text, {
        status: command.status,
        headers: command.headers ?? {},
      });
    }
    case "reset":
      return answer.reset();
    case "close":
      return answer.close();
    case "reset-after":
      return await sendAnswer(scene, { until: command.chunks, then: (to) => to.reset() });
    case "close-after":
      return await sendAnswer(scene, { until: command.chunks, then: (to) => to.close() });
    case "cut": {
      // Everything but the terminating event, or as many chunks as were named.
      const events = scene.route().events?.length ?? 2;
      return await sendAnswer(scene, {
        until: command.chunks ?? events - 1,
        then: (to) => to.end(),
      });
    }
    case "stall-after": {
      const made = scene.route();
      const events = made.events ?? [bodyOf(made).text];
      answer.head(200, {
        "content-type": made.events === undefined ? "application/json" : "text/event-stream",
      });
      for (const chunk of events.slice(0, command.chunks)) await answer.write(chunk);
      await Promise.race([scene.released(), request.finished]);
      if (answer.closed) return;
      for (const chunk of events.slice(command.chunks)) await answer.write(chunk);
      return answer.end();
    }
    case "garbage":
      answer.raw(new Uint8Array([0x16, 0x03, 0x01, 0xff, 0x00, 0x80, 0x0d, 0x0a, 0x0d, 0x0a]));
      return answer.close();
    case "garbage-stream":
      answer.head(200, { "content-type": "text/event-stream" });
      await answer.write(new Uint8Array([0xff, 0xfe, 0x00, 0x80, 0x0a, 0x0a]));
      await answer.write("data: {not json\n\nnonsense\n\n");
      return answer.end();
    case "html":
      return sendWhole(answer, html, { headers: { "content-type": "text/html; charset=utf-8" } });
    case "empty":
      return sendWhole(answer, "");
    case "half-json":
      return sendWhole(answer, '{"id":"chatcmpl-fake","object":"chat.comp');
    case "short-body":
      answer.head(200, { "content-type": "application/json", "content-length": "1000" });
      await answer.write('{"id":"chatcmpl-fake"');
      return answer.close();
    case "redirect":
      return sendWhole(answer, "", {
        status: command.status ?? 307,
        headers: { location: command.to },
      });
    case "silence":
      await Promise.race([scene.released(), request.finished]);
      if (answer.closed) return;
      return await sendAnswer(scene);
    case "huge":
      return await sendHuge(answer, command.bytes);
    case "raw":
      return sendWhole(answer, command.body, {
        status: command.status ?? 200,
        headers: command.headers ?? {},
      });
  }
}
