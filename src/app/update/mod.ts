/**
 * The program's own renewal, at the user's word alone: nothing here runs by itself.
 *
 * @module
 */

export { type InstallOptions, installRelease, type Progress } from "./install.ts";
export { findPlace, type Owner, ownExecutable, type Place } from "./place.ts";
export { compareVersions, findRelease, isVersion, type Release } from "./release.ts";
export { previousPath, swapBack } from "./swap.ts";
