// A host that starts an adapter, leaves it in a run that does not end, says which processes there are, and waits.
import { subprocess } from "../../../../reference/oracle/subprocess.node.ts";
import { plain } from "../pictures.ts";

process.on("SIGTERM", () => process.exit(7));
const kernel = await subprocess(process.argv.slice(2));
void kernel.run(plain("hangs"));
setTimeout(() => process.stdout.write(`${kernel.declaration.version}\n`), 100);
