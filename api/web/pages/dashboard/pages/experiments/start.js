// The empty list: how to begin.

import { at } from "../../address.js";
import { freshKey, post } from "../../api.js";
import { catalog } from "../../catalog.js";
import { icon } from "../../icons.js";
import { mayChange } from "../../session.js";
import { empty } from "../../states.js";
import { html } from "../../template.js";
import { attempt, toast } from "../../toast.js";

const LECTURE = ["lecture: gradient descent", "lecture: adam + batch norm"];

/** `mnistHere`: whether MNIST has been downloaded. */
export const start = (mnistHere) =>
  mayChange()
    ? invitation(mnistHere)
    : empty("Nothing has been trained yet", "Your key is read-only: what others train appears here.");

const invitation = (mnistHere) =>
  empty(
    "Nothing has been trained yet",
    html`The lecture’s two runs train the same network, 784–300–100–10 on MNIST: once with plain gradient descent, once
      with Adam and batch normalisation.${mnistHere ? "" : " MNIST is downloaded first, 11 MB."}`,
    html`
      <button class="button button-primary" @click=${() => launch(LECTURE)}>${icon(
        "play",
      )}Run the lecture’s two</button>
      <button class="button" @click=${() => launch(["digits"])}>A few seconds of digits</button>
      <a class="button" href=${at("/new")}>Build a network</a>
    `,
  );

/** No experiments match the filter. */
export const noMatch = (clear) =>
  empty(
    "No experiments match the filter",
    "Try another word, or clear the filter.",
    html`<button class="button" @click=${clear}>Show all</button>`,
  );

const launch = (names) =>
  attempt(async () => {
    const { examples } = await catalog();
    for (const name of names) await post("/v1/experiments", examples[name], { "Idempotency-Key": freshKey() });
    toast(names.length === 1 ? "Experiment created" : "Both experiments created");
  });
