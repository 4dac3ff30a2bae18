// A folder of static files on the loopback address. A busy port moves to the next, and the report says so.
import { createReadStream, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { extname, join, resolve, sep } from "node:path";
import type { Report } from "./problem.ts";

export interface Served {
  readonly url: string;
  readonly port: number;
  /** ends the server and its open connections */
  readonly close: () => Promise<void>;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
  ".bin": "application/octet-stream",
  ".safetensors": "application/octet-stream",
};

/**
 * Serves the folder `dir` until it is closed.
 *
 * @param port the first port to try; 0 takes any free one
 * @throws {RangeError} when 20 ports in a row are busy
 */
export async function serveSite(
  dir: string,
  {
    port = 4173,
    host = "127.0.0.1",
    report = () => {},
  }: { readonly port?: number; readonly host?: string; readonly report?: Report } = {},
): Promise<Served> {
  const server = createServer((request, response) => answer(resolve(dir), request, response));
  for (let next = port; next < port + 20; next++) {
    if (await listening(server, next, host)) return served(server, host, report);
    report({ level: "warning", text: `port ${next} is busy; trying ${next + 1}` });
  }
  throw new RangeError(
    `serveSite: ports ${port} to ${port + 19} are busy; expected a free one, give another with --port`,
  );
}

function served(server: Server, host: string, report: Report): Served {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const url = `http://${host}:${port}/`;
  report({ level: "info", text: `the lessons are at ${url} (Ctrl-C ends)` });
  const close = (): Promise<void> =>
    new Promise((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return { url, port, close };
}

/** False when the port is busy; any other fault is thrown. */
function listening(server: Server, port: number, host: string): Promise<boolean> {
  return new Promise((done, fail) => {
    const onError = (error: NodeJS.ErrnoException): void =>
      error.code === "EADDRINUSE" ? done(false) : fail(error);
    server.once("error", onError);
    server.listen(port, host, () => {
      server.off("error", onError);
      done(true);
    });
  });
}

function answer(dir: string, request: IncomingMessage, response: ServerResponse): void {
  const refuse = (status: number, text: string): void => {
    response.writeHead(status, { "content-type": "text/plain; charset=utf-8" });
    response.end(`${text}\n`);
  };
  const file = fileOf(dir, request.url ?? "/");
  if (request.method !== "GET" && request.method !== "HEAD") refuse(405, "only GET and HEAD");
  else if (file === undefined) refuse(404, "no such page");
  else send(file, request, response);
}

function send(file: Found, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, {
    "content-type": types[extname(file.path)] ?? "application/octet-stream",
    "content-length": file.size,
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
  });
  if (request.method === "HEAD") response.end();
  else
    createReadStream(file.path)
      .on("error", () => response.destroy())
      .pipe(response);
}

interface Found {
  readonly path: string;
  readonly size: number;
}

/** The file that an address names, when it lies inside `dir` and is not hidden. */
function fileOf(dir: string, url: string): Found | undefined {
  try {
    const name = decodeURIComponent(url.split(/[?#]/)[0] ?? "/");
    const path = resolve(join(dir, name.endsWith("/") ? `${name}index.html` : name));
    if (name.includes("\0") || !path.startsWith(dir + sep) || /(^|[/\\])\./.test(name)) return undefined;
    const found = statSync(path);
    return found.isFile() ? { path, size: found.size } : undefined;
  } catch {
    return undefined;
  }
}
