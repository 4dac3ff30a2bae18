// A kernel that runs in a browser's page: run() sends it the picture and puts what comes back in its place. The page
// asks for work over HTTP, each question held until there is some.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Declaration, Kernel, Outcome } from "../../reference/oracle/kernel.ts";
import { Errands } from "./browser-errands.ts";
import { framed, unframed } from "./browser-frames.ts";

const START = 60_000; // milliseconds until the page has said what it is

const html =
  '<!doctype html><meta charset="utf-8"><title>relukit</title><script type="module" src="page.js"></script>';

/** The browser works, but cannot run such kernels: a reason to skip, where any other error is one to fail. */
export class NoKernel extends Error {}

type Hello =
  | { readonly declaration: Declaration }
  | { readonly absent: string }
  | { readonly failed: string };

/**
 * The kernel of a page, by default the one in WGSL, in a Chromium of its own that `close` ends.
 *
 * @param program  a Chromium
 * @param page     the source of the page's script
 * @throws {NoKernel} when the page says that this browser cannot have it
 * @throws {Error} when the page fails, with its reason, or says nothing for a minute
 */
export async function browserKernel(program: string, page = "browser-page.ts"): Promise<Kernel> {
  const script = await bundled(page);
  const errands = new Errands();
  let greet: (hello: Hello) => void = () => {};
  const hello = new Promise<Hello>((resolve) => {
    greet = resolve;
  });
  const server = createServer((request, response) => {
    // A question may end in the middle, when the browser does: then there is nobody to answer.
    answer(request, response, { script, errands, greet }).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = opened(program, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  browser.ended.then((reason) => {
    errands.stop(reason);
    greet({ failed: reason });
  });
  const late = setTimeout(() => greet({ failed: `the page said nothing in ${START / 1000} s` }), START);
  const said = await hello;
  clearTimeout(late);
  const close = (): Promise<void> => closed(browser, server);
  if (!("declaration" in said)) {
    await close();
    throw "absent" in said ? new NoKernel(said.absent) : new Error(`browserKernel: ${said.failed}`);
  }
  return { declaration: said.declaration, run: (picture) => errands.send(picture), close };
}

async function bundled(page: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(page, import.meta.url))],
    bundle: true,
    format: "esm",
    target: "es2023",
    platform: "browser",
    write: false,
    logLevel: "warning",
  });
  return outputFiles[0]?.contents ?? new Uint8Array(0);
}

/** What the server answers with. */
interface Desk {
  readonly script: Uint8Array;
  readonly errands: Errands;
  readonly greet: (hello: Hello) => void;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { script, errands, greet }: Desk,
): Promise<void> {
  const reply = (body: string | Uint8Array, type: string): unknown =>
    response.writeHead(200, { "content-type": type }).end(body);
  switch (request.url) {
    case "/":
      return void reply(html, "text/html");
    case "/page.js":
      return void reply(script, "text/javascript");
    case "/hello":
      greet(unframed(await bodyOf(request)).head as Hello);
      return void response.end();
    case "/done": {
      const { head, bytes } = unframed(await bodyOf(request));
      const { id, outcome } = head as { readonly id: number; readonly outcome: Outcome };
      errands.done(id, outcome, bytes);
      return void response.end();
    }
    case "/next": {
      const errand = await errands.next();
      if (!errand) return void response.writeHead(204).end();
      const { bytes, ...rest } = errand.picture;
      return void reply(framed({ id: errand.id, ...rest }, bytes), "application/octet-stream");
    }
    default:
      response.writeHead(404).end(); // the icon that browsers ask for
  }
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return new Uint8Array(Buffer.concat(parts));
}

interface Browser {
  readonly child: ChildProcess;
  readonly profile: string;
  /** why it is no longer there, once it is not */
  readonly ended: Promise<string>;
}

/** Chromium without a window, its WebGPU on SwiftShader: a GPU in software, the same everywhere. */
function opened(program: string, url: string): Browser {
  const profile = mkdtempSync(join(tmpdir(), "relukit-browser-"));
  const words = [
    "--headless=new",
    `--user-data-dir=${profile}`,
    "--no-first-run",
    "--no-sandbox", // it cannot be had by root, nor in most containers; the page is ours
    "--enable-unsafe-webgpu",
    "--use-webgpu-adapter=swiftshader",
    url,
  ];
  const env = { ...process.env, HOME: profile, TMPDIR: profile }; // it leaves nothing elsewhere
  const child = spawn(program, words, { stdio: "ignore", env });
  const ended = new Promise<string>((resolve) =>
    child
      .on("error", (error) => resolve(error.message))
      .on("close", (code, signal) => resolve(`${program} ended, with ${code ?? signal}`)),
  );
  return { child, profile, ended };
}

async function closed({ child, profile, ended }: Browser, server: Server): Promise<void> {
  child.kill();
  await ended;
  server.closeAllConnections();
  server.close();
  // its helper processes may write a little longer; rmSync would not try again below the topmost folder
  await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
