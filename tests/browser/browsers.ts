// Two ordinary browsers behind one small interface: Debian's Chromium by playwright-core, and Firefox by puppeteer-core over
// WebDriver BiDi, since playwright-core drives only a Firefox of its own making. Code for the page is text: it runs there.
import { programIn } from "../../lessons/notebook/programs.node.ts";

export interface Look {
  readonly dark?: boolean;
  readonly reducedMotion?: boolean;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What a tab has met since it was opened, or since `forget`. */
export interface Seen {
  /** console errors and errors that nothing caught */
  readonly errors: readonly string[];
  /** addresses of all requests, in order */
  readonly requests: readonly string[];
}

export interface Tab {
  readonly goto: (url: string) => Promise<void>;
  readonly reload: () => Promise<void>;
  /** The value of an expression in the page; a promise is waited for. */
  readonly evaluate: <T>(expression: string) => Promise<T>;
  /** Waits until an expression holds in the page. @throws {Error} that names `what`, when it does not come to hold */
  readonly until: (expression: string, what: string, seconds?: number) => Promise<void>;
  readonly click: (selector: string) => Promise<void>;
  readonly type: (text: string) => Promise<void>;
  /** Presses a key, with others held: `Tab`, `Control+Enter`. */
  readonly press: (keys: string) => Promise<void>;
  /** Gives a file to an `<input type=file>`. */
  readonly choose: (selector: string, path: string) => Promise<void>;
  readonly resize: (size: Size) => Promise<void>;
  readonly text: (selector: string) => Promise<string>;
  readonly screenshot: (path: string) => Promise<void>;
  readonly seen: Seen;
  readonly forget: () => void;
  readonly close: () => Promise<void>;
}

export interface Browser {
  readonly tab: (size?: Size) => Promise<Tab>;
  readonly close: () => Promise<void>;
}

export interface Candidate {
  readonly name: string;
  /** why there is none, when it was not found: a reason to skip a test with */
  readonly missing: string | false;
  readonly launch: (look?: Look) => Promise<Browser>;
}

/** What both packages' pages do in the same words. */
interface Page {
  goto(url: string): Promise<unknown>;
  reload(): Promise<unknown>;
  evaluate(expression: string): Promise<unknown>;
  click(selector: string): Promise<void>;
  readonly keyboard: { type(text: string): Promise<void> };
  screenshot(options: { path: string }): Promise<unknown>;
  close(): Promise<void>;
}

type Own = Pick<Tab, "press" | "choose" | "resize">;
interface Log {
  readonly errors: string[];
  readonly requests: string[];
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

function tabOf(page: Page, log: Log, own: Own): Tab {
  const evaluate = async <T>(expression: string): Promise<T> => (await page.evaluate(expression)) as T;
  return {
    ...own,
    evaluate,
    goto: async (url) => void (await page.goto(url)),
    reload: async () => void (await page.reload()),
    until: (expression, what, seconds = 30) => until(evaluate, expression, what, seconds),
    click: (selector) => page.click(selector),
    type: (text) => page.keyboard.type(text),
    text: (selector) => evaluate(`document.querySelector(${JSON.stringify(selector)})?.textContent ?? ""`),
    screenshot: async (path) => void (await page.screenshot({ path })),
    seen: log,
    forget: () => {
      log.errors.length = 0;
      log.requests.length = 0;
    },
    close: () => page.close(),
  };
}

async function until(
  evaluate: Tab["evaluate"],
  expression: string,
  what: string,
  seconds: number,
): Promise<void> {
  let last: unknown;
  for (let waited = 0; waited < seconds * 1000; waited += 40) {
    // A page that is being left has no answer; the next one has.
    last = await evaluate(expression).catch((error: unknown) => String(error));
    if (last === true) return;
    await pause(40);
  }
  throw new Error(`${what} did not come within ${seconds} s; ${expression} is ${JSON.stringify(last)}`);
}

async function chromium(program: string, { dark = false, reducedMotion = false }: Look): Promise<Browser> {
  const { chromium: driver } = await import("playwright-core");
  const browser = await driver.launch({ executablePath: program, args: ["--no-sandbox"] });
  const context = await browser.newContext({
    colorScheme: dark ? "dark" : "light",
    reducedMotion: reducedMotion ? "reduce" : "no-preference",
  });
  return { tab: async (size) => chromiumTab(await context.newPage(), size), close: () => browser.close() };
}

async function chromiumTab(page: import("playwright-core").Page, size?: Size): Promise<Tab> {
  const log: Log = { errors: [], requests: [] };
  page.on(
    "console",
    (said) => said.type() === "error" && log.errors.push(`${said.text()} ${said.location().url}`),
  );
  page.on("pageerror", (error) => log.errors.push(String(error)));
  page.on("request", (request) => log.requests.push(request.url()));
  if (size !== undefined) await page.setViewportSize(size);
  return tabOf(page, log, {
    press: (keys) => page.keyboard.press(keys),
    choose: (selector, path) => page.setInputFiles(selector, path),
    resize: (next) => page.setViewportSize(next),
  });
}

/** Firefox, told how to look, and to leave its makers' network alone. */
async function firefox(program: string, { dark = false, reducedMotion = false }: Look): Promise<Browser> {
  const { launch } = await import("puppeteer-core");
  const browser = await launch({
    ...{ browser: "firefox", protocol: "webDriverBiDi", executablePath: program, headless: true },
    extraPrefsFirefox: {
      "app.normandy.enabled": false,
      "dom.max_script_run_time": 0,
      "layout.css.prefers-color-scheme.content-override": dark ? 0 : 1,
      "network.captive-portal-service.enabled": false,
      "network.connectivity-service.enabled": false,
      "ui.prefersReducedMotion": reducedMotion ? 1 : 0,
    },
  });
  return { tab: async (size) => firefoxTab(await browser.newPage(), size), close: () => browser.close() };
}

async function firefoxTab(page: import("puppeteer-core").Page, size?: Size): Promise<Tab> {
  const log: Log = { errors: [], requests: [] };
  await page.setCacheEnabled(false); // what comes from a cache is no request to WebDriver BiDi
  page.on("console", (said) => said.type() === "error" && log.errors.push(said.text()));
  page.on("pageerror", (error) => log.errors.push(String(error)));
  page.on("request", (request) => log.requests.push(request.url()));
  if (size !== undefined) await page.setViewport(size);
  return tabOf(page, log, {
    press: async (keys) => {
      const names = keys.split("+") as import("puppeteer-core").KeyInput[];
      for (const name of names) await page.keyboard.down(name);
      for (const name of names.reverse()) await page.keyboard.up(name);
    },
    choose: async (selector, path) => {
      const input = await page.$(`${selector}[type=file]`);
      if (input === null) throw new Error(`choose: ${selector} is nothing; expected an input for files`);
      await (input as import("puppeteer-core").ElementHandle<never>).uploadFile(path);
    },
    resize: (next) => page.setViewport(next),
  });
}

function candidate(
  name: string,
  names: readonly string[],
  launch: (program: string, look: Look) => Promise<Browser>,
): Candidate {
  const program = programIn(names);
  const missing =
    program === undefined &&
    `no ${name} on the PATH; apt-get install ${names[0]} or another way to have it there`;
  return { name, missing, launch: async (look = {}) => launch(program ?? "", look) };
}

export const chromiumBrowser = candidate(
  "Chromium",
  ["chromium", "chromium-browser", "google-chrome"],
  chromium,
);
export const firefoxBrowser = candidate("Firefox", ["firefox-esr", "firefox"], firefox);
export const browsers: readonly Candidate[] = [chromiumBrowser, firefoxBrowser];
