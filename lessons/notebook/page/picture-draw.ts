// The picture at a token: what is written, what lights up, and what was counted so far.
import {
  byAge,
  dots,
  firing,
  flowing,
  megabytes,
  percent,
  type Recording,
  rowsUpTo,
  shareSkipped,
  whole,
} from "../picture.ts";
import { find, findAll } from "./dom.ts";

export interface Drawing {
  /** tokens that the recording has */
  readonly length: number;
  /** Shows the state after so many tokens. */
  draw(written: number): void;
  /** That state in a sentence. */
  said(written: number): string;
}

/** What draws a recording into the figure that the page was built with. */
export function drawing(figure: HTMLElement, recording: Recording): Drawing {
  const { sizes, tokens, prompt, bytesPerWeight } = recording;
  const fired = tokens.map((token) => firing(token, sizes));
  const rows = rowsUpTo(fired, sizes);
  const all = tokens.length * sizes.L * sizes.F;
  const [, ...texts] = flowing([prompt, ...tokens.map(({ text }) => text)]);

  const say = (selector: string): ((text: string) => void) => {
    const element = find(selector, figure);
    return (text) => {
      if (element !== undefined && element.textContent !== text) element.textContent = text;
    };
  };
  const story = {
    done: say(".story .done"),
    now: say(".story .now"),
    coming: say(".story .coming"),
  };
  const count = {
    read: say(".count .read .rows"),
    readShare: say(".count .read .share"),
    skipped: say(".count .skipped .rows"),
    skippedShare: say(".count .skipped .share"),
    unread: say(".count .unread .rows"),
  };
  const bar = find(".bar", figure);
  const layers = findAll(".layer", figure).map((element, layer) => ({
    layer,
    now: find(".now", element),
    glow: find<SVGPathElement>(".glow", element),
    paths: findAll<SVGPathElement>("[class^=age]", element).toReversed(), // youngest first
  }));
  const rowsAt = (written: number) => rows[written] ?? { read: 0, skipped: 0 };

  return {
    length: tokens.length,
    draw(written) {
      const { read, skipped } = rowsAt(written);
      const share = shareSkipped({ read, skipped });
      story.done(texts.slice(0, Math.max(0, written - 1)).join(""));
      story.now(texts[written - 1] ?? "");
      story.coming(texts.slice(written).join(""));
      count.read(whole(read));
      count.skipped(whole(skipped));
      count.readShare(written === 0 ? "–" : percent(1 - share));
      count.skippedShare(written === 0 ? "–" : percent(share));
      count.unread(megabytes(skipped * sizes.D * bytesPerWeight));
      bar?.style.setProperty("--read", `${read / all}`);
      bar?.style.setProperty("--skipped", `${skipped / all}`);
      for (const { layer, now, glow, paths } of layers) {
        const byAges = byAge(fired, layer, written - 1);
        for (const [age, path] of paths.entries()) path.setAttribute("d", dots(byAges[age] ?? []));
        glow?.setAttribute("d", dots(byAges[0] ?? []));
        const lit = `${byAges[0]?.length ?? 0} of ${sizes.F} fire`;
        if (now !== undefined) now.textContent = written === 0 ? `${sizes.F} neurons` : lit;
      }
    },
    said(written) {
      const { read, skipped } = rowsAt(written);
      return `${written} of ${tokens.length} tokens written: ${whole(read)} rows read, ${whole(skipped)} skipped, ${percent(shareSkipped({ read, skipped }))}.`;
    },
  };
}
