// The tags of an experiment: each leads to the list of all that have it.

import { html } from "../vendor/lit-html/lit-html.js";
import { at } from "./address.js";
import { visible } from "./visible.js";

export const tagLinks = (tags) =>
  tags.map((tag) => html`<a class="tag" href=${at(`/?tag=${encodeURIComponent(tag)}`)}><bdi>${visible(tag)}</bdi></a>`);
