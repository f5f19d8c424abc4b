// The labels of fields. The label of any other key follows from the key: "weight_decay" becomes "Weight decay".

const LABELS = {
  lr: "Learning rate",
  l1: "L1",
  l2: "L2",
  init: "Initializer",
  eps: "Epsilon",
  std: "Deviation",
  max_seconds: "Time limit (s)",
  n: "Draws",
};

export const label = (key) => LABELS[key] ?? sentence(key);

/** The text of an option: the title of a kind, or the words of a name. */
export const wording = (value) => String(value).replaceAll("_", " ");

const sentence = (key) => {
  const words = wording(key);
  return words.charAt(0).toUpperCase() + words.slice(1);
};
