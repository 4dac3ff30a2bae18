// The worker of browsers.
import { serve } from "./serve.js";

addEventListener("message", async ({ data: { memory, module, thread, scratch } }) => {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  postMessage("ready");
  serve(memory, exports, thread, scratch);
});
