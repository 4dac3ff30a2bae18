// An errand in Node and Bun: what it comes to, as JSON on standard output.
export const onNode = async (outcome: () => Promise<unknown>): Promise<void> => {
  const text = `${JSON.stringify(await outcome())}\n`;
  await new Promise((resolve) => process.stdout.write(text, resolve));
};
