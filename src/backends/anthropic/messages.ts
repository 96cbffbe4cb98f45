/**
 * Conversations: OpenAI's messages to Anthropic's turns.
 *
 * @module
 */

import { asArray, asObject, type JsonObject } from "../fields.ts";
import { type Block, contentBlocks, contentText, textBlock } from "./content.ts";

/** A turn of Anthropic's conversation. */
export interface Turn {
  readonly role: "user" | "assistant";
  readonly content: Block[];
}

/** A conversation in Anthropic's form. */
export interface Conversation {
  /** Undefined where there is no system message. */
  readonly system: string | undefined;
  /** Never empty, begins with the user, roles alternate. */
  readonly turns: Turn[];
}

// Anthropic wants the user to begin; what was said before is not there to be repeated.
const opening: Block = { type: "text", text: "(The conversation continues.)" };

/** The arguments of a tool call as an object. What is no JSON object is kept under `arguments`. */
export function toolInput(text: unknown): JsonObject {
  if (typeof text !== "string" || text.trim() === "") return {};
  try {
    const value = JSON.parse(text);
    return asObject(value) ?? { arguments: value };
  } catch {
    return { arguments: text };
  }
}

function toolUses(message: JsonObject): Block[] {
  return (asArray(message.tool_calls) ?? []).map(asObject).map((call) => {
    const called = asObject(call?.function);
    return {
      type: "tool_use",
      id: String(call?.id ?? ""),
      name: String(called?.name ?? ""),
      input: toolInput(called?.arguments),
    };
  });
}

function toolResult(message: JsonObject): Block {
  const blocks = contentBlocks(message.content);
  return {
    type: "tool_result",
    tool_use_id: String(message.tool_call_id ?? ""),
    // Nothing at all is a result too.
    ...(blocks.length === 0 ? {} : { content: blocks }),
  };
}

function add(turns: Turn[], role: Turn["role"], blocks: readonly Block[]): void {
  if (blocks.length === 0) return;
  const last = turns.at(-1);
  if (last?.role === role) last.content.push(...blocks);
  else turns.push({ role, content: [...blocks] });
}

/** Results of tools come first in their turn: Anthropic wants them right after the calls. */
function orderResults(turn: Turn): Turn {
  if (turn.role === "assistant") return turn;
  const isResult = (block: Block) => block.type === "tool_result";
  return {
    role: "user",
    content: [
      ...turn.content.filter(isResult),
      ...turn.content.filter((block) => !isResult(block)),
    ],
  };
}

/** An answer that is begun for the model must not end in white space. */
function trimmedEnd(turns: Turn[]): Turn[] {
  const last = turns.at(-1);
  const block = last?.content.at(-1);
  if (last?.role !== "assistant" || typeof block?.text !== "string") return turns;
  const trimmed = { ...block, text: block.text.trimEnd() };
  return [
    ...turns.slice(0, -1),
    { role: "assistant", content: [...last.content.slice(0, -1), trimmed] },
  ];
}

/**
 * The conversation in Anthropic's form: system and developer messages together, neighbours of one
 * role in one turn, tool results in the user's turn. Throws `Untranslatable`.
 */
export function toConversation(messages: unknown): Conversation {
  const system: string[] = [];
  const turns: Turn[] = [];
  for (const item of asArray(messages) ?? []) {
    const message = asObject(item) ?? {};
    switch (message.role) {
      case "system":
      case "developer": {
        const text = contentText(message.content);
        if (text.trim() !== "") system.push(text);
        break;
      }
      case "assistant":
        add(turns, "assistant", [
          ...contentBlocks(message.content),
          ...contentBlocks(message.refusal ?? undefined),
          ...toolUses(message),
        ]);
        break;
      case "tool":
        add(turns, "user", [toolResult(message)]);
        break;
      default:
        add(turns, "user", contentBlocks(message.content));
    }
  }
  const instruction = system.length === 0 ? undefined : system.join("\n\n");
  if (turns.length === 0) {
    // A system message alone is a request of OpenAI's protocol, but none of Anthropic's.
    const block = textBlock(instruction) ?? opening;
    return { system: undefined, turns: [{ role: "user", content: [block] }] };
  }
  if (turns[0]?.role === "assistant") turns.unshift({ role: "user", content: [opening] });
  return { system: instruction, turns: trimmedEnd(turns.map(orderResults)) };
}
