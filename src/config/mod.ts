/**
 * The one place that reads the environment, the flags and the configuration file, and that makes the
 * data directory.
 *
 * @module
 */

export { validateConfigText } from "./config_file.ts";
export { type DataDirPaths, dataDirPaths, type Environment, resolveDataDir } from "./data_dir.ts";
export { getConfigValue, setConfigValue } from "./edit.ts";
export { isLoopbackHost } from "./host.ts";
export { type Identity, type IdentityProblem, loadIdentity } from "./identity.ts";
export { initDataDir, type InitEntry, type InitResult } from "./init.ts";
export { configJsonSchema } from "./json_schema.ts";
export { loadConfig, type LoadConfigOptions } from "./load.ts";
export { describeMistake, type Mistake } from "./mistake.ts";
export type { ConfigFlags } from "./overrides.ts";
export {
  parseRoute,
  readRoutes,
  removeRoutesFile,
  routesDirectory,
  type RoutesFile,
  routesFilePath,
  type RoutesOnDisk,
  writeRoutesFile,
} from "./routes_file.ts";
export {
  type LabelledUtterance,
  type MergedRoutes,
  mergeUtterances,
  routeNameOf,
} from "./routes_merge.ts";
export { loadToken } from "./token.ts";
export type { BackendConfig, Config, RouterConfig, TimeoutsConfig } from "./types.ts";
