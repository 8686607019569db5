// How far the page is saved: in words, always in the same place. Read out only when it matters: when something goes wrong,
// is well again, or somebody asked.
import { say, words } from "../blocks/words.js";

const place = document.getElementById("save-state");
const text = place?.querySelector("[data-text]");
/** The first that fits any form is what is said. */
const ORDER = ["signed-out", "conflict", "gone", "refused", "offline", "saving", "waiting"];
const QUIET = new Set(["saving", "waiting", "saved"]);

export class State {
  #said = "saved";
  #last = words("saved");

  constructor(savers, lasts) {
    this.savers = savers;
    this.lasts = lasts;
    place.hidden = false;
  }

  /** What the server said when it last saved something. */
  saved(sentence) {
    this.#last = sentence;
  }

  show() {
    const all = [...this.savers.values()];
    const state = ORDER.find((one) => all.some((saver) => saver.state === one)) ?? "saved";
    const told = this.#told(state, all);
    if (text.textContent !== told) text.textContent = told;
    place.dataset.state = state;
    const isOver = state === "saved" && !QUIET.has(this.#said);
    if ((!QUIET.has(state) && state !== this.#said) || isOver) say(told);
    if (!QUIET.has(state) || state === "saved") this.#said = state;
  }

  sayNow() {
    say(text.textContent);
  }

  #told(state, all) {
    const first = all.find((saver) => saver.state === state);
    const number = all.filter((saver) => saver.isDirty).length;
    if (state === "saved") return this.#last;
    if (state === "offline" && !this.lasts()) return words("unkept-n");
    if (state === "offline") return words(number === 1 ? "offline-1" : "offline-n", { number });
    return words(state, { message: first?.message, place: first?.section?.dataset.place });
  }
}
