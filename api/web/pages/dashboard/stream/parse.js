// Parses server-sent events from the body of a response.

/** Yields lists of events; a list is empty if only a comment has arrived. */
export async function* batches(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop() ?? "";
    yield blocks.map(parsed).filter((one) => one !== null);
  }
}

/**
 * @param {string} block
 * @returns {{ id: number, event: import("../store/snapshot.js").ServiceEvent } | null} `id` is the event's number in this
 *   stream; null for a comment
 */
const parsed = (block) => {
  const fields = Object.fromEntries(block.split("\n").map((line) => halves(line)));
  return fields.data ? { id: Number(fields.id), event: JSON.parse(fields.data) } : null;
};

const halves = (line) => {
  const colon = line.indexOf(":");
  return [line.slice(0, colon), line.slice(colon + 1).trimStart()];
};
