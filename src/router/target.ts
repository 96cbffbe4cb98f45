/**
 * Where a user route leads.
 *
 * @module
 */

import type { RouteTarget } from "../core/mod.ts";
import type { CapabilityIndex } from "./capability_index.ts";

/** Positions of the capabilities that `target` stands for, in the index's order. */
export function targetPositions(target: RouteTarget, index: CapabilityIndex): readonly number[] {
  if (target.model !== undefined) {
    return index.names.find(index.names.resolveAlias(target.model)) ?? [];
  }
  const { kind, tag, agent, tool, node } = target;
  const positions: number[] = [];
  index.capabilities.forEach((capability, position) => {
    const matches = kind !== undefined
      ? capability.kind === kind
      : tag !== undefined
      ? capability.tags.includes(tag)
      : agent !== undefined
      ? capability.kind.startsWith("agent/") && capability.name === agent
      : tool !== undefined
      ? capability.kind.startsWith("tool/") && capability.name === tool
      : node !== undefined && (capability.node === node || capability.nodeName === node);
    if (matches) positions.push(position);
  });
  return positions;
}
