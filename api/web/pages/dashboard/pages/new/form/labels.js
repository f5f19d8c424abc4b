// What fields are called. A key that is not here is called what it is: "weight_decay" is "Weight decay".

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

/** A value as an option shows it: a kind's title, a name's words. */
export const wording = (value) => String(value).replaceAll("_", " ");

const sentence = (key) => {
  const words = wording(key);
  return words.charAt(0).toUpperCase() + words.slice(1);
};
