// What a page was built with.
import type { PageData } from "../page-data.ts";

/** The data in the page's #lesson-data, or nothing on a page without cells. */
export function readData(): PageData | undefined {
  const text = document.getElementById("lesson-data")?.textContent;
  return text ? (JSON.parse(text) as PageData) : undefined;
}
