// Server-sent events out of the body of an answer.

/** What comes at a time: a list of events, which is empty where only a comment came. */
export async function* batches(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop() ?? "";
    yield blocks.map(parsed).filter((event) => event !== null);
  }
}

/**
 * `id` is the event's number in this stream, `seq` the one in the log of its experiment.
 * @returns {{id: number, seq: number, kind: string, at: string, experimentId: string, data: object} | null} null for a
 *   comment
 */
const parsed = (block) => {
  const fields = Object.fromEntries(block.split("\n").map((line) => halves(line)));
  if (!fields.data) return null;
  const { experiment_id: experimentId, ...rest } = JSON.parse(fields.data);
  return { id: Number(fields.id), experimentId, ...rest };
};

const halves = (line) => {
  const colon = line.indexOf(":");
  return [line.slice(0, colon), line.slice(colon + 1).trimStart()];
};
