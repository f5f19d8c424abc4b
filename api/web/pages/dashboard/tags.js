// The tags of an experiment: each leads to the list of all that have it.

import { at } from "./address.js";
import { html } from "./template.js";
import { visible } from "./visible.js";

export const tagLinks = (tags) =>
  tags.map((tag) => html`<a class="tag" href=${at(`/?tag=${encodeURIComponent(tag)}`)}><bdi>${visible(tag)}</bdi></a>`);
