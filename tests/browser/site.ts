// The lessons' site, built once into a folder that vanishes, and served on the loopback address.
import { join } from "node:path";
import { buildSite } from "../../lessons/notebook/index.ts";
import { serveSite } from "../../lessons/notebook/serve.node.ts";
import { lessonIds } from "../../lessons/notebook/shelf.node.ts";
import { sources } from "../../lessons/notebook/sources.node.ts";
import { scratch } from "../lessons/notebook/sample.ts";

export interface Site {
  readonly url: string;
  readonly folder: string;
  readonly close: () => Promise<void>;
}

export const ids: readonly string[] = lessonIds(sources);

/** Builds the site and serves it. */
export async function servedSite(): Promise<Site> {
  const folder = join(scratch(), "site");
  await buildSite(sources, folder);
  const { url, close } = await serveSite(folder, { port: 0 });
  return { url, folder, close };
}
