import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ollamaUrl } from "./ollama_host.ts";

// The cases that Ollama's own documentation and tests name.
const cases: [value: string, url: string | undefined][] = [
  ["127.0.0.1", "http://127.0.0.1:11434"],
  ["127.0.0.1:5555", "http://127.0.0.1:5555"],
  ["0.0.0.0", "http://127.0.0.1:11434"],
  ["0.0.0.0:8080", "http://127.0.0.1:8080"],
  [":8080", "http://127.0.0.1:8080"],
  ["[::]:8080", "http://127.0.0.1:8080"],
  ["::", "http://127.0.0.1:11434"],
  ["::1", "http://[::1]:11434"],
  ["[::1]", "http://[::1]:11434"],
  ["[::1]:1337", "http://[::1]:1337"],
  ["gpu.lan", "http://gpu.lan:11434"],
  ["gpu.lan:1234", "http://gpu.lan:1234"],
  ["http://gpu.lan", "http://gpu.lan:80"],
  ["https://gpu.lan", "https://gpu.lan:443"],
  ["https://gpu.lan:1234/", "https://gpu.lan:1234"],
  ["https://gpu.lan/ollama/", "https://gpu.lan:443/ollama"],
  ["gpu.lan:99999", "http://gpu.lan:11434"],
  ["gpu.lan:-1", "http://gpu.lan:11434"],
  [' "gpu.lan:1234" ', "http://gpu.lan:1234"],
  ["ollama.com", "https://ollama.com:443"],
  ["", undefined],
  ["ftp://gpu.lan", undefined],
  ["user:pass@gpu.lan", undefined],
  ["gpu lan", undefined],
];

Deno.test("ollamaUrl() reads OLLAMA_HOST as Ollama does", () => {
  for (const [value, url] of cases) assertEquals(ollamaUrl(value), url, value);
});

Deno.test("ollamaUrl() gives a valid address or none for any text", () => {
  fc.assert(fc.property(fc.string(), (value) => {
    const url = ollamaUrl(value);
    assert(url === undefined || URL.canParse(url));
  }));
});
