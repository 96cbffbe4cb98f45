/**
 * The memory as something that a request can be routed to.
 *
 * @module
 */

/** What the index is told of the memory; `app/` adds the node's own facts. */
export interface MemoryCapability {
  readonly kind: "memory/search";
  readonly name: string;
  readonly description: string;
  /** Texts that should be answered from memory. */
  readonly examples: readonly string[];
  readonly tags: readonly string[];
}

/** Describes the memory for the router's index. */
export function memoryCapability(): MemoryCapability {
  return {
    kind: "memory/search",
    name: "memory",
    description:
      "Remembers notes, decisions and documents that were added on this node, and finds them again " +
      "by meaning and by words",
    examples: [
      "what did I decide about the backup policy?",
      "find my notes on the database migration",
      "what do we know about this customer?",
      "where did I write down the server's address?",
      "search my documents for the holiday rules",
      "remind me what we agreed on last week",
    ],
    tags: ["memory"],
  };
}
