// JavaScript engines besides this Node: where each is looked for, and how it is sent on an errand of bundle.ts.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onPath, programIn } from "../../lessons/notebook/programs.node.ts";

export interface Engine {
  readonly name: string;
  /** its program, unless it was not found */
  readonly program: string | undefined;
  /** how to have it */
  readonly remedy: string;
  /** What the errand of a bundle's folder comes to. */
  readonly outcome: (program: string, folder: string) => Promise<unknown>;
}

const fetched = fileURLToPath(new URL("node_modules/.bin", import.meta.url));

const PATIENCE = 300_000; // milliseconds; half a minute is enough, on two cores that are not busy

/** Node and Bun run errand.js, and print. */
async function printed(program: string, folder: string): Promise<unknown> {
  const child = spawn(program, [join(folder, "errand.js")], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: PATIENCE,
  });
  let [out, complaints] = ["", ""];
  child.stdout.on("data", (part) => {
    out += part;
  });
  child.stderr.on("data", (part) => {
    complaints += part;
  });
  const code = await new Promise((resolve, reject) => child.on("close", resolve).on("error", reject));
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${complaints}`);
  return JSON.parse(out);
}

/** A browser opens page.html, with a profile of its own in the folder, and posts. */
const posted =
  (wordsOf: (profile: string, url: string) => readonly string[]) =>
  async (program: string, folder: string): Promise<unknown> => {
    const { server, answer } = serving(folder);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const profile = join(folder, `profile-${process.hrtime.bigint()}`);
    mkdirSync(profile);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/page.html`;
    const child = spawn(program, wordsOf(profile, url), {
      stdio: "ignore",
      timeout: PATIENCE,
      env: { ...process.env, HOME: profile, TMPDIR: profile }, // it leaves nothing elsewhere
    });
    const ended = new Promise<Answer>((resolve) =>
      child
        .on("error", (error) => resolve({ failed: error.message }))
        .on("close", (code, signal) => resolve({ failed: `it ended early, with ${code ?? signal}` })),
    );
    const result = await Promise.race([answer, ended]);
    child.kill();
    await ended; // it no longer writes to its profile
    server.closeAllConnections();
    server.close();
    if ("failed" in result) throw new Error(`${program}: ${result.failed}`);
    return result.outcome;
  };

/** What a page posts: its outcome, or why there is none. */
type Answer = { readonly outcome: unknown } | { readonly failed: string };

/**
 * A server of the folder's files, to pages that are isolated from other origins and so may have threads. The answer is
 * what a page posts.
 */
function serving(folder: string): { readonly server: Server; readonly answer: Promise<Answer> } {
  let told: (answer: Answer) => void;
  const answer = new Promise<Answer>((resolve) => {
    told = resolve;
  });
  const server = createServer(async (request, response) => {
    const name = (request.url ?? "").split("?")[0] ?? "";
    if (request.method === "POST") {
      let body = "";
      for await (const part of request) body += part;
      response.end();
      told(JSON.parse(body) as Answer);
      return;
    }
    try {
      const bytes = readFileSync(join(folder, name));
      response.writeHead(200, {
        "content-type": name.endsWith(".html") ? "text/html" : "text/javascript",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
      });
      response.end(bytes);
    } catch {
      response.writeHead(404).end(); // the icon that browsers ask for
    }
  });
  return { server, answer };
}

const chromium = (profile: string, url: string): readonly string[] => [
  "--headless=new",
  `--user-data-dir=${profile}`,
  "--no-first-run",
  "--no-sandbox", // it cannot be had by root, nor in most containers; the page is ours
  "--disable-gpu",
  url,
];

/** Firefox, told to leave the network alone: what it asks of its makers at the first start takes long. */
function firefox(profile: string, url: string): readonly string[] {
  const preferences: Readonly<Record<string, unknown>> = {
    "app.normandy.enabled": false,
    "app.update.auto": false,
    "browser.aboutwelcome.enabled": false,
    "browser.shell.checkDefaultBrowser": false,
    "datareporting.policy.dataSubmissionEnabled": false,
    "dom.max_script_run_time": 0, // a page that works is not one that hangs
    "network.captive-portal-service.enabled": false,
    "network.connectivity-service.enabled": false,
    "toolkit.telemetry.server": "",
  };
  const lines = Object.entries(preferences).map(
    ([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`,
  );
  writeFileSync(join(profile, "user.js"), lines.join(""));
  return ["--headless", "--no-remote", "--profile", profile, url];
}

const npm = "npm run engines fetches it";
export const engines: readonly Engine[] = [
  { name: "a newer Node (V8)", program: programIn(["node"], [fetched]), remedy: npm, outcome: printed },
  {
    name: "Bun (JavaScriptCore)",
    program: programIn(["bun"], [fetched, ...onPath]),
    remedy: npm,
    outcome: printed,
  },
  {
    name: "Chromium (V8)",
    program: programIn(["chromium", "chromium-browser", "google-chrome"], onPath),
    remedy: "apt-get install chromium, or another way to have it on the PATH",
    outcome: posted(chromium),
  },
  {
    name: "Firefox (SpiderMonkey)",
    program: programIn(["firefox-esr", "firefox"], onPath),
    remedy: "apt-get install firefox-esr, or another way to have it on the PATH",
    outcome: posted(firefox),
  },
];

/** This Node, by whose outcome the others are judged. */
export const thisNode = (folder: string): Promise<unknown> => printed(process.execPath, folder);
