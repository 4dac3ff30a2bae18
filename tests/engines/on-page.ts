// An errand in a browser's page: what it comes to, or why to nothing, posted to where the page came from.
const told = (answer: unknown): Promise<unknown> =>
  fetch("/outcome", { method: "POST", body: JSON.stringify(answer) });

export async function onPage(outcome: () => Promise<unknown>): Promise<void> {
  try {
    await told({ outcome: await outcome() });
  } catch (error) {
    await told({ failed: String(error) });
  }
}
