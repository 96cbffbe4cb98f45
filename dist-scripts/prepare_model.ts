Deno.mkdirSync(Deno.args[0]!, { recursive: true });
Deno.writeTextFileSync(Deno.args[0] + "/manifest.json", "{}");
