// relukit/oracle in Node: what every engine has, adapters in any language, and suites on disk.
export * from "./index.ts";
export { type OneShotOptions, oneShot } from "./one-shot.node.ts";
export { AdapterError, type SubprocessOptions, subprocess } from "./subprocess.node.ts";
export { loadSuite, writeSuite } from "./suite.node.ts";
