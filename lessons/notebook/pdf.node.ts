// Pages as PDF, with an outline of their headings and tags for screen readers, printed by a Chromium on this machine.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { programIn, runs } from "./programs.node.ts";

const names = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "chrome",
  "microsoft-edge",
];
const elsewhere = ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/snap/bin/chromium"];

/** A Chromium of this machine, or nothing. */
export const findChromium = (): string | undefined => programIn(names) ?? elsewhere.find(runs);

const secondsToPrint = 120;

/**
 * Prints the page in the file `page` to the file `out`.
 *
 * @param query what follows `?` in the page's address
 * @throws {Error} when the browser does not print within two minutes
 */
export async function printPdf(browser: string, page: string, out: string, query = ""): Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), "relukit-pdf-"));
  const root = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const words = [
    ...["--headless", "--disable-gpu", "--no-first-run", ...root, `--user-data-dir=${profile}`],
    ...["--no-pdf-header-footer", "--generate-pdf-document-outline", "--export-tagged-pdf"],
    `--print-to-pdf=${out}`,
    `${pathToFileURL(page).href}${query === "" ? "" : `?${query}`}`,
  ];
  try {
    await new Promise<void>((resolve, reject) => {
      const child = spawn(browser, words, { stdio: "ignore", timeout: secondsToPrint * 1000 });
      child.on("error", reject);
      child.on("close", (code) => {
        if (code === 0) resolve();
        else reject(new Error(`${browser} ended with ${code ?? "a signal"}; expected it to print ${page}`));
      });
    });
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
}
