// What pages, Node and Bun all have.

/** SHA-256 in hexadecimal digits. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes)));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Lets a page do what else it has to. */
export const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
