import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { serveSite } from "../../../lessons/notebook/serve.node.ts";
import { scratch } from "./sample.ts";

function site(): string {
  const root = scratch();
  mkdirSync(join(root, "site"));
  writeFileSync(join(root, "secret.txt"), "secret");
  writeFileSync(join(root, "site", "index.html"), "<h1>home</h1>");
  writeFileSync(join(root, "site", ".hidden"), "hidden");
  return join(root, "site");
}

/** The status of a request whose path no client library has tidied. */
const raw = (port: number, path: string, method = "GET"): Promise<string> =>
  new Promise((done) => {
    const socket = connect(port, "127.0.0.1", () =>
      socket.write(`${method} ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`),
    );
    let text = "";
    socket.on("data", (data) => {
      text += String(data);
    });
    socket.on("close", () => done(text));
  });

test("serveSite(dir) answers with pages and their types", async () => {
  const { port, close } = await serveSite(site(), { port: 0 });
  const home = await raw(port, "/");
  assert.match(home, /^HTTP\/1\.1 200/);
  assert.match(home, /content-type: text\/html; charset=utf-8/i);
  assert.match(home, /<h1>home/);
  assert.match(await raw(port, "/index.html?x=1"), /^HTTP\/1\.1 200/);
  assert.match(await raw(port, "/none.html"), /^HTTP\/1\.1 404/);
  assert.match(await raw(port, "/", "POST"), /^HTTP\/1\.1 405/);
  await close();
});

test("serveSite(dir) shows nothing outside its folder and nothing hidden", async () => {
  const { port, close } = await serveSite(site(), { port: 0 });
  for (const path of [
    "/../secret.txt",
    "/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "//../secret.txt",
    "/a/../../secret.txt",
    "/.hidden",
    "/%00",
    "/%zz",
  ]) {
    const answer = await raw(port, path);
    assert.match(answer, /^HTTP\/1\.1 40[04]/, path);
    assert.doesNotMatch(answer, /secret\n|hidden\n/);
  }
  await close();
});

test("serveSite(dir) moves past a busy port and says so", async () => {
  const first = await serveSite(site(), { port: 0 });
  const said: string[] = [];
  const second = await serveSite(site(), { port: first.port, report: ({ text }) => said.push(text) });
  assert.ok(second.port > first.port);
  assert.match(said[0] ?? "", new RegExp(`^port ${first.port} is busy; trying ${first.port + 1}$`));
  assert.match(said.at(-1) ?? "", new RegExp(`http://127\\.0\\.0\\.1:${second.port}/`));
  await Promise.all([first.close(), second.close()]);
});
