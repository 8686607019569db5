// The journal: what was typed and the server has not acknowledged, for each block of each page and each open editor.
// On a device that several people use, each sees only their own entries.
import * as store from "./store.js";

const MOST = 30 * 24 * 3600 * 1000;
const LOCK = "classeur-editor:";

/** This open editor among others of the same person: the server tells its late and repeated requests by it. */
export const writer = crypto.getRandomValues(new Uint32Array(3)).reduce((text, part) => text + part.toString(36), "");

// As long as this page lives, no other one takes over what it is writing.
navigator.locks?.request(LOCK + writer, () => new Promise(() => {}));

export const lasts = store.lasts;

export class Journal {
  /** reader: what stands for the person who is writing. */
  constructor(page, reader) {
    this.page = page;
    this.reader = reader;
  }

  #name(block, by) {
    return [this.reader, this.page, block, by].join(":");
  }

  /** entry: {block, kind, writer, seq, base, fields, at} */
  keep(entry) {
    store.write(this.#name(entry.block, entry.writer), { ...entry, page: this.page, reader: this.reader });
  }

  forget(block, by) {
    store.remove(this.#name(block, by));
  }

  /** What editors that are no longer open have left, the oldest first; what is too old is dropped. */
  async left() {
    const open = await living();
    const found = [];
    for (const [name, entry] of store.all()) {
      if (!entry || Date.now() - entry.at > MOST) store.remove(name);
      else if (entry.page === this.page && entry.reader === this.reader && !open.has(entry.writer)) found.push(entry);
    }
    return found.sort((one, other) => one.at - other.at);
  }
}

async function living() {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  return new Set([writer, ...held.map(({ name }) => name.slice(LOCK.length))]);
}
