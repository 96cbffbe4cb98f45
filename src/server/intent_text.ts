/**
 * The text that states what a conversation wants now, and what the conversation is known by.
 *
 * @module
 */

import { type Fields, isObject } from "./fields.ts";

/** A last turn shorter than this ("yes", "and in German?") says little without what came before. */
const shortTurnChars = 40;
/** Earlier user turns that are put before a short one. */
const earlierTurns = 2;
/** More text than this does not make the meaning clearer, but costs time to embed. */
const maxIntentChars = 2_000;
/** What is read of a turn to tell conversations apart. */
const sessionChars = 512;

/** The text of a message: its string content, or its text parts joined. */
export function messageText(message: unknown): string {
  if (!isObject(message)) return "";
  const { content } = message;
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  let text = "";
  for (const part of content) {
    if (isObject(part) && typeof part.text === "string") {
      text += text === "" ? part.text : `\n${part.text}`;
    }
  }
  return text;
}

/** The last user turn, with up to two earlier ones before it when it is short. */
export function intentOf(messages: readonly unknown[]): string {
  let intent = "";
  let earlier = 0;
  for (let i = messages.length - 1; i >= 0; i--) {
    const message = messages[i];
    if (!isObject(message) || message.role !== "user") continue;
    const text = clip(messageText(message)).trim();
    if (text === "") continue;
    if (intent === "") {
      intent = text;
    } else {
      intent = `${text}\n${intent}`;
      earlier++;
    }
    if (intent.length >= shortTurnChars || earlier === earlierTurns) break;
  }
  if (intent === "") intent = clip(messageText(messages.at(-1))).trim();
  return clip(intent);
}

/** Start and end of a long text: a task stands before or behind what it is about. */
export function clip(text: string): string {
  if (text.length <= maxIntentChars) return text;
  const half = maxIntentChars / 2;
  return `${text.slice(0, half).toWellFormed()}\n${text.slice(-half).toWellFormed()}`;
}

/**
 * A name for the conversation, the same for each of its turns: the caller's own, else a hash of what
 * stays at its head (the instructions and the first user turn). Undefined when there is nothing.
 */
export function sessionOf(body: Fields, messages: readonly unknown[]): string | undefined {
  const { prompt_cache_key: cacheKey, user } = body;
  if (typeof cacheKey === "string" && cacheKey !== "") return `key:${cacheKey}`;
  let hash = 0x811c9dc5;
  if (typeof user === "string") hash = mix(hash, user);
  let found = false;
  for (const message of messages) {
    if (!isObject(message)) continue;
    const text = messageText(message);
    hash = mix(hash, text);
    found ||= text !== "";
    if (message.role === "user") break;
  }
  return found ? `talk:${(hash >>> 0).toString(36)}` : undefined;
}

/** FNV-1a over UTF-16 units (http://www.isthe.com/chongo/tech/comp/fnv/). */
function mix(hash: number, text: string): number {
  const end = Math.min(text.length, sessionChars);
  for (let i = 0; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return Math.imul(hash ^ text.length, 0x01000193);
}
