// The first page: the recorded story is written again, token by token, and its neurons light up.
import type { Recording } from "../picture.ts";
import { find } from "./dom.ts";
import { play } from "./picture-play.ts";
import { fillRungs } from "./rungs.ts";

const figure = find(".picture");
const data = find("#lesson-data")?.textContent;
if (figure !== undefined && data !== undefined && data !== null)
  play(figure, (JSON.parse(data) as { readonly picture: Recording }).picture);

fillRungs();
