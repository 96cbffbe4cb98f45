/**
 * The configuration file that init writes: every setting, commented out, with what it is for.
 *
 * @module
 */

/** The first line, by which editors find the schema beside the file. */
export const schemaLine = "# yaml-language-server: $schema=./config.schema.json";

/**
 * The text of a new configuration file. Lines of prose start with `# `; a setting is commented out by
 * the `#` alone, so that removing it gives valid YAML. Without a `nodeName` it says nothing but defaults.
 */
export function configTemplate(nodeName?: string): string {
  const node = nodeName === undefined ? "#node:\n#  name: studio" : `node:\n  name: ${nodeName}`;
  return `${schemaLine}
#
# Configuration of this Atmosphere node. Everything has a default: delete what you do not need.
# To set something, remove the # before it and before the name of its section.
# Flags win over environment variables, those over this file.
# Check it with: atmosphere config validate

# The node's name in the mesh. Default: the machine's host name.
${node}

# The listener. An address that other machines can reach, such as 0.0.0.0, needs a token,
# which init has made; name the hosts that requests may then ask for.
#server:
#  host: 127.0.0.1
#  port: 11451
#  allowedHosts: []          # for example [studio.lan]
#  allowedOrigins: []        # for example [https://app.example]
#  maxBodyBytes: 33554432    # 32 MiB

# Model servers and APIs. Servers on this machine are found by themselves, and providers whose usual
# API key is in the environment (OPENAI_API_KEY, ANTHROPIC_API_KEY, ...) are used without an entry.
# Give keys by reference: apiKey: \${NAME}, apiKeyEnv: NAME or apiKeyFile: path.
#backends:
#  - id: gpu-box
#    engine: vllm
#    url: http://192.168.1.20:8000
#    tags: [region:EU]
#  - id: work
#    engine: openai-compatible
#    url: https://models.example.com/v1
#    apiKeyFile: work.key
#    models: ["llama*"]
#  - engine: openrouter
#    enabled: false          # not even if OPENROUTER_API_KEY is set

# The search for model servers on this machine.
#discovery:
#  enabled: true
#  intervalSeconds: 30
#  probeTimeoutMs: 250
#  extraPorts: []            # for example [9000]

# Named targets that requests reach by meaning.
#routes:
#  - name: code
#    description: Writing, explaining and mending programs
#    target: { model: "qwen2.5-coder:7b" }
#    utterances:
#      - write a function that parses dates
#      - why does this test fail
#    negativeUtterances:
#      - what is the dress code
#    threshold: 0.5
#    required: { tools: true }
#    policy: { localOnly: true }

# Other names for models: the name that callers use, and the model that answers.
#aliases:
#  gpt-4o: "llama3.1:70b"

# How requests are routed. A request can narrow the policy, never widen it.
#router:
#  preference: balanced      # cost, balanced or quality
#  constants: {}             # the router's own numbers, by name
#  policy: {}                # for example { localOnly: true } or { maxCostPerMTok: 5 }

# The engine for sentence embeddings inside the node.
#embedding:
#  model: all-minilm-l6-v2
#  threads: 2                # default: one less than there are cores, at most 4
#  cacheEntries: 20000
#  warm: true

# Time limits of one request, in milliseconds.
#timeouts:
#  firstByteMs: 120000
#  completeMs: 600000
#  idleMs: 120000
#  hedgeMs: 1000             # 0 never asks a second candidate beside a silent first one

# The vector memory. Default: the file atmosphere.db in this directory.
#memory:
#  databaseUrl: libsql://memory.example.com
#  databaseTokenEnv: MEMORY_TOKEN

# Diagnostics.
#log:
#  level: info               # debug, info, warn, error or silent
#  format: text              # text or json
#  directory: logs
`;
}
