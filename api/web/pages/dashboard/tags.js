// The tags of an experiment, each a link to the list of all experiments with the tag.

import { at } from "./address.js";
import { html } from "./template.js";
import { visible } from "./visible.js";

export const tagLinks = (tags) =>
  tags.map((tag) => html`<a class="tag" href=${at(`/?tag=${encodeURIComponent(tag)}`)}><bdi>${visible(tag)}</bdi></a>`);
