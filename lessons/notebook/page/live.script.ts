// A lesson's page: its cells alive below a bar.
import { bar } from "./bar.ts";
import { readData } from "./data.ts";
import { find } from "./dom.ts";
import { live } from "./live.ts";

const data = readData();
if (data !== undefined) {
  const { notebook, lasting } = live(data);
  const above = bar(notebook, lasting, () => location.reload());
  above.addEventListener("pointerenter", () => notebook.runner.warm(), { once: true });
  find(".opening")?.after(above);
  document.body.dataset["live"] = "true";
}
