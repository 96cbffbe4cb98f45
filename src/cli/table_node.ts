/**
 * Commands that set up, run and look after a node.
 *
 * @module
 */

import type { CommandSpec } from "./spec.ts";

const init: CommandSpec = {
  name: "init",
  summary: "Set this machine up: identity, configuration, first look around",
  description: [
    "Creates the data directory with an identity, a token and a commented configuration file, " +
    "looks for model servers and says what to do next. Safe to repeat: what is there is kept.",
  ],
  flags: [
    {
      name: "node-name",
      type: "string",
      valueName: "NAME",
      env: "ATMOSPHERE_NODE_NAME",
      otherwise: "the host's name",
      description: "Name of this node",
    },
    {
      name: "discovery",
      type: "boolean",
      default: true,
      description: "Don't look for model servers on this machine",
    },
  ],
  examples: [{ command: "atmosphere init", description: "Set up ~/.atmosphere" }],
  json:
    "`{dataDir, nodeName, peerId, files: [{path, state}], backends, capabilities}`; `state` is " +
    "`created`, `kept` or `repaired`, `backends` are as in `status`",
  load: () => import("./commands/init.ts"),
};

const serve: CommandSpec = {
  name: "serve",
  summary: "Run the node in the foreground",
  description: [
    "Listens until it is interrupted. The first Ctrl-C (or SIGTERM) lets requests under way " +
    "finish; the second ends at once. The log goes to stderr.",
  ],
  flags: [
    {
      name: "host",
      type: "string",
      valueName: "HOST",
      env: "ATMOSPHERE_HOST",
      otherwise: "127.0.0.1",
      description: "Address to listen on",
    },
    {
      name: "port",
      short: "p",
      type: "number",
      valueName: "PORT",
      integer: true,
      min: 0,
      max: 65_535,
      env: "ATMOSPHERE_PORT",
      otherwise: "11451",
      description: "Port to listen on, 0 for a free one",
    },
    {
      name: "node-name",
      type: "string",
      valueName: "NAME",
      env: "ATMOSPHERE_NODE_NAME",
      otherwise: "the host's name",
      description: "Name of this node",
    },
    {
      name: "discovery",
      type: "boolean",
      default: true,
      description: "Don't look for model servers on this machine",
    },
    {
      name: "local-only",
      type: "boolean",
      description: "Never send a request beyond this machine",
    },
  ],
  examples: [
    { command: "atmosphere serve", description: "Listen on http://127.0.0.1:11451" },
    {
      command: "atmosphere serve --port 8080 --local-only",
      description: "Listen elsewhere, stay local",
    },
  ],
  json:
    "one line when the node listens, `{url, id, name, version, dataDir, pid}`, and one when the " +
    "first look around is done, `{backends, capabilities}`",
  load: () => import("./commands/serve.ts"),
};

const status: CommandSpec = {
  name: "status",
  summary: "Show the node, its backends and what they can do",
  description: [
    "Asks the running node. Where none runs it says so and shows what the data directory and a " +
    "look around tell; that is no failure.",
  ],
  examples: [{ command: "atmosphere status", description: "Show the node" }],
  json:
    "`{id, name, version, url?, running, pid?, startedAt?, uptimeSeconds?, dataDir, embedder, " +
    "backends: [{id, engine, address, locality, source, state, version?, latencyMs?, reason?, " +
    "models}], capabilities, kinds: {KIND: count}, requests: {total, failed, inFlight}, memory: {rssBytes}}`",
  load: () => import("./commands/status.ts"),
};

const health: CommandSpec = {
  name: "health",
  summary: "Say by the exit code whether the node is ready",
  description: ["For health checks of containers and services: one request, no other work."],
  flags: [
    {
      name: "url",
      type: "string",
      valueName: "URL",
      otherwise: "the one that runs on the data directory",
      description: "Root of the node",
    },
    {
      name: "timeout-ms",
      type: "number",
      valueName: "MS",
      integer: true,
      min: 1,
      max: 600_000,
      default: 2_000,
      description: "Longest wait for the answer in milliseconds",
    },
  ],
  examples: [
    { command: "atmosphere health", description: "Ask the node on this machine" },
    {
      command: "atmosphere health --url http://127.0.0.1:8080 --quiet",
      description: "Ask another one, print nothing",
    },
  ],
  exitCodes: [
    { code: 0, meaning: "ready" },
    { code: 1, meaning: "not ready, not reachable or not a node" },
  ],
  json: "`{ready, url, status?, latencyMs, reason?}`",
  load: () => import("./commands/health.ts"),
};

const doctor: CommandSpec = {
  name: "doctor",
  summary: "Check this machine and say how to mend what is wrong",
  description: [
    "Checks the data directory, configuration, identity, token, port, embedding engine, backends, " +
    "discovery, clock, proxies and limits, each for real. It changes nothing.",
  ],
  examples: [{ command: "atmosphere doctor", description: "Check this machine" }],
  exitCodes: [
    { code: 0, meaning: "nothing is broken; warnings are possible" },
    { code: 1, meaning: "something is broken" },
  ],
  json: "`{ok, checks: [{id, title, verdict, found, mend?}]}`; `verdict` is `ok`, `warning`, " +
    "`broken` or `skipped`",
  load: () => import("./commands/doctor.ts"),
};

/** Commands that set up, run and look after a node. */
export const nodeCommands: readonly CommandSpec[] = [init, serve, status, health, doctor];
