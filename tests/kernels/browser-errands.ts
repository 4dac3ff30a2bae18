// The pictures that a page is to run its kernel on, from when they are sent to when they are back.
import type { Outcome } from "../../reference/oracle/kernel.ts";
import type { Picture } from "../../reference/oracle/picture.ts";

const PATIENCE = 60_000; // milliseconds for a picture
const HELD = 20_000; // milliseconds that the page's question waits for work, before it is to be asked again

/** A picture on its way: what the page is sent, and who waits for what it gives back. */
interface Errand {
  readonly id: number;
  readonly picture: Picture;
  readonly end: (outcome: Outcome) => void;
}

/** The pictures that wait, those that are with the page, and the page's question, while it is held. */
export class Errands {
  private readonly waiting: Errand[] = [];
  private readonly sent = new Map<number, Errand>();
  private held: ((errand: Errand | undefined) => void) | undefined;
  private stopped: string | undefined;
  private count = 0;

  send(picture: Picture): Promise<Outcome> {
    return new Promise((resolve) => {
      if (this.stopped !== undefined) return resolve({ status: "crash", message: this.stopped });
      const id = this.count++;
      const message = `the page gave no answer in ${PATIENCE / 1000} s`;
      const late = setTimeout(() => end({ status: "timeout", message }), PATIENCE);
      const end = (outcome: Outcome): void => {
        clearTimeout(late);
        this.sent.delete(id);
        resolve(outcome);
      };
      this.waiting.push({ id, picture, end });
      this.held?.(this.waiting.shift());
    });
  }

  /** The next picture; none, when none has come for a while. */
  async next(): Promise<Errand | undefined> {
    const errand =
      this.waiting.shift() ??
      (await new Promise<Errand | undefined>((resolve) => {
        const late = setTimeout(() => this.held?.(undefined), HELD);
        this.held = (found) => {
          clearTimeout(late);
          this.held = undefined;
          resolve(found);
        };
      }));
    if (errand) this.sent.set(errand.id, errand);
    return errand;
  }

  /** Puts in place what the page gives back; an answer that comes too late is dropped. */
  done(id: number, outcome: Outcome, bytes: Uint8Array): void {
    const errand = this.sent.get(id);
    if (!errand) return;
    const wanted = errand.picture.bytes.length;
    if (bytes.length !== wanted) {
      const message = `the page gave ${bytes.length} bytes back; expected ${wanted}, as many as it got`;
      errand.end({ status: "protocol", message });
    } else {
      errand.picture.bytes.set(bytes);
      errand.end(outcome);
    }
  }

  /** The page is gone: nothing waits any longer. */
  stop(message: string): void {
    this.stopped = message;
    this.held?.(undefined);
    for (const { end } of [...this.sent.values(), ...this.waiting.splice(0)])
      end({ status: "crash", message });
  }
}
