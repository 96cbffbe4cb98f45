/**
 * All that adding takes, as one module that is imported when something is added.
 *
 * @module
 */

export { prepareItem, withoutTwins } from "./prepare.ts";
export { needVectors, retireItems, writeItems } from "./write.ts";
