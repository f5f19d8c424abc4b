// One upload: files from which a data set, or a new version of one, will be created.
//
// A small file is sent as the body of the request that creates the data set. Other files are sent in numbered parts
// first, which the service keeps for a day: parts that have arrived need not be sent again, even after a reload.

import { freshKey, get, post, remove, search } from "../api.js";
import { forgetUpload, isSameFile, keepUpload } from "./memory.js";
import { send } from "./send.js";

/** Maximum size in bytes of a file that is sent as one body. */
const SMALL = 4_000_000;
/** Number of parts that are sent at the same time. */
const LANES = 2;
/** Milliseconds until a part is sent again when the service is unavailable; doubled each time. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;
const ANY = "application/octet-stream";

/**
 * `absent`: its files must be chosen again; `refused`: the service refuses it, and `problem` says why.
 * @typedef {"absent" | "sending" | "away" | "creating" | "refused" | "done"} State
 * @typedef {import("./memory.js").KeptFile & { blob: File | null, sent: number }} SentFile
 */

export class Upload {
  /** @type {State} */
  state = "absent";
  /** @type {import("../api.js").Problem | null} */
  problem = null;
  /** The result: a data set, or a version of one. @type {any} */
  made = null;
  #ending = new AbortController();

  /**
   * @param {object} given
   * @param {string} given.name of the data set
   * @param {SentFile[]} given.files
   * @param {() => void} given.changed
   * @param {string} [given.key]
   * @param {string | null} [given.dataset] id of the data set to which it adds a version
   */
  constructor({ name, files, changed, key = freshKey(), dataset = null }) {
    this.key = key;
    this.name = name;
    this.files = files;
    this.dataset = dataset;
    this.changed = changed;
  }

  get size() {
    return this.files.reduce((sum, { size }) => sum + size, 0);
  }

  get sent() {
    return this.files.reduce((sum, { sent }) => sum + sent, 0);
  }

  /** Add the files that it lacks. @param {File[]} files @returns {File[]} the other files, which it does not need */
  takeFiles(files) {
    const taken = new Set();
    for (const file of this.files.filter(({ blob }) => !blob)) {
      const found = files.find((one) => !taken.has(one) && isSameFile(file, one));
      if (found) [file.blob] = [found, taken.add(found)];
    }
    return files.filter((one) => !taken.has(one));
  }

  get isComplete() {
    return this.files.every(({ blob }) => blob);
  }

  /** Send what is missing, and create the data set. */
  async run() {
    this.problem = null;
    this.#become("sending");
    try {
      this.made = this.#isSmall ? await this.#sendAtOnce() : await this.#sendInParts();
      forgetUpload(this.key);
      this.#become("done");
    } catch (error) {
      if (this.#ending.signal.aborted) return;
      this.problem = /** @type {any} */ (error);
      this.#become("refused");
    }
  }

  /** Give it another name, and thus another idempotency key. @param {string} name */
  rename(name) {
    forgetUpload(this.key);
    this.key = freshKey();
    this.name = name;
  }

  /** Stop, and delete what the service has received. */
  async cancel() {
    this.#ending.abort(new DOMException("The upload was cancelled.", "AbortError"));
    forgetUpload(this.key);
    const begun = this.files.flatMap(({ upload }) => upload ?? []);
    await Promise.all(begun.map((id) => remove(`/v1/uploads/${id}`).catch(() => {}))); // it expires by itself
  }

  get #isSmall() {
    return this.files.length === 1 && this.files[0].size <= SMALL && !this.files[0].split && !this.files[0].upload;
  }

  get #path() {
    return this.dataset === null ? "/v1/datasets" : `/v1/datasets/${this.dataset}/versions`;
  }

  #sendAtOnce() {
    const [file] = this.files;
    const query = { ...(this.dataset === null ? { name: this.name } : {}), file: file.name };
    return send("POST", this.#path + search(query), /** @type {File} */ (file.blob), {
      type: ANY,
      progress: (sent) => this.#progress(file, sent),
      signal: this.#ending.signal,
    });
  }

  async #sendInParts() {
    for (const file of this.files) await this.#sendFile(file);
    this.#become("creating");
    const files = this.files.map(({ upload, name, split }) => ({ upload, name, split }));
    const body = this.dataset === null ? { name: this.name, files } : { files };
    return post(this.#path, body, { "Idempotency-Key": this.key });
  }

  /** @param {SentFile} file */
  async #sendFile(file) {
    const { id, parts, part_bytes: size, received } = await this.#beginFile(file);
    const missing = Array.from({ length: parts }, (_, i) => i + 1).filter((number) => !received.includes(number));
    const bytesOf = (/** @type {number} */ number) => Math.min(size, file.size - (number - 1) * size);
    const arrived = received.reduce((/** @type {number} */ sum, /** @type {number} */ one) => sum + bytesOf(one), 0);
    const going = new Map();
    let whole = arrived;
    const told = () => this.#progress(file, whole + [...going.values()].reduce((sum, one) => sum + one, 0));
    told();
    const lane = async () => {
      for (let number = missing.shift(); number; number = missing.shift()) {
        const part = /** @type {File} */ (file.blob).slice((number - 1) * size, number * size);
        await this.#persist(() =>
          send("PUT", `/v1/uploads/${id}/parts/${number}`, part, {
            type: ANY,
            progress: (sent) => void (going.set(number, sent), told()),
            signal: this.#ending.signal,
          })
        );
        going.delete(number);
        whole += part.size;
        told();
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  }

  /** The service's state of the file's upload, which may not exist yet, or no longer. @param {SentFile} file */
  async #beginFile(file) {
    const known = file.upload && (await this.#persist(() => get(`/v1/uploads/${file.upload}`)).catch(onlyIfGone));
    const record = known || (await this.#persist(() => post("/v1/uploads", { size: file.size })));
    file.upload = record.id;
    this.#keep();
    return record;
  }

  /**
   * Repeat a request while the service is unavailable or busy.
   *
   * @template T
   * @param {() => Promise<T>} ask
   * @returns {Promise<T>}
   */
  async #persist(ask) {
    for (let pause = FIRST_PAUSE;; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      this.#ending.signal.throwIfAborted();
      try {
        const answer = await ask();
        if (this.state === "away") this.#become("sending");
        return answer;
      } catch (error) {
        const { status } = /** @type {any} */ (error);
        if (status !== 0 && status !== 429 && !(status >= 500)) throw error;
        this.#become("away");
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }

  #keep() {
    if (this.dataset !== null) return;
    const files = this.files.map(({ blob: _, sent: _sent, ...kept }) => kept);
    keepUpload({ key: this.key, name: this.name, files });
  }

  /** @param {SentFile} file @param {number} sent */
  #progress(file, sent) {
    file.sent = Math.min(sent, file.size);
    this.changed();
  }

  /** @param {State} state */
  #become(state) {
    this.state = state;
    this.changed();
  }
}

const onlyIfGone = (/** @type {any} */ problem) => {
  if (problem.status !== 404) throw problem;
  return null;
};
