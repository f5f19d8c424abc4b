// A connection to the service's event stream, which reconnects by itself without missing events.

import { batches } from "./parse.js";
import { fetchWithRelief } from "./relief.js";

const FIRST_PAUSE = 300;
const LONGEST_PAUSE = 5000;
/** Milliseconds without a byte after which a connection counts as dead: the service sends something every 15 s. */
const SILENCE = 40_000;

/**
 * `tell` gets `{state}` ("connecting", "live" or "reconnecting"), `{event}`, `{gap: true}` when events may have been
 * missed, `{refused: true}` when the service requires a new sign-in, and `{alive: true}` for each sign of life.
 */
export class Connection {
  state = "connecting";
  /** @type {number | null} */
  #last = null;
  #pause = FIRST_PAUSE;
  #heard = 0;
  /** @type {AbortController | null} */
  #request = null;
  #timer = 0;
  #closed = false;

  constructor(url, tell) {
    this.url = url;
    this.tell = tell;
    this.#open();
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#request?.abort();
  }

  /** Reconnect if it has been silent for this many milliseconds: the machine may have slept, or changed its network. */
  check(silence) {
    if (performance.now() - this.#heard > silence) this.#request?.abort();
  }

  async #open() {
    const request = (this.#request = new AbortController());
    this.#limit(request);
    try {
      await this.#follow(request);
    } catch {
      // Reconnect, whatever ended the connection.
    }
    clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#become("reconnecting");
    this.#timer = setTimeout(() => this.#open(), this.#pause);
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE);
  }

  async #follow(request) {
    const query = this.#last === null ? "" : `?after=${this.#last}`;
    const answer = await fetchWithRelief(this.url + query, {
      headers: { Accept: "text/event-stream" },
      signal: request.signal,
    });
    if (answer.status === 401) this.tell({ refused: true });
    if (!answer.ok) return this.#wait(answer);
    this.#opened(request);
    for await (const batch of batches(answer.body)) {
      this.#live(request);
      for (const event of batch) this.#hear(event);
    }
    return undefined;
  }

  /** Wait as long as the service asks for. */
  #wait(answer) {
    const seconds = Number(answer.headers.get("Retry-After"));
    if (seconds > 0) this.#pause = Math.max(this.#pause, 1000 * seconds);
  }

  #opened(request) {
    this.#pause = FIRST_PAUSE;
    this.#live(request);
    if (this.state === "reconnecting" && this.#last === null) this.tell({ gap: true });
    this.#become("live");
  }

  #live(request) {
    this.#heard = performance.now();
    this.#limit(request);
    this.tell({ alive: true });
  }

  /** A response that does not begin counts as silence, too. */
  #limit(request) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => request.abort(), SILENCE);
  }

  /** @param {{ id: number, event: import("../store/snapshot.js").ServiceEvent }} told */
  #hear({ id, event }) {
    if (this.#last !== null && id <= this.#last) return;
    this.#last = id;
    this.tell({ event });
  }

  #become(state) {
    this.state = state;
    this.tell({ state });
  }
}
