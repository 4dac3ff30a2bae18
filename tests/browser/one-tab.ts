// One browser and one tab of each kind for a file of tests, opened when a test first needs them.
import { after } from "node:test";
import type { Candidate, Look, Size, Tab } from "./browsers.ts";

const wide: Size = { width: 1280, height: 900 };

/** Gives a tab whose memory is empty, the same one each time; it is closed after the last test. */
export function oneTab({ launch }: Candidate, look: Look = {}, size: Size = wide): () => Promise<Tab> {
  const opening: { tab?: Promise<Tab>; close?: () => Promise<void> } = {};
  const first = async (): Promise<Tab> => {
    const browser = await launch(look);
    opening.close = browser.close;
    return browser.tab(size);
  };
  after(() => opening.close?.());
  return async () => {
    opening.tab ??= first();
    const tab = await opening.tab;
    tab.forget();
    return tab;
  };
}
