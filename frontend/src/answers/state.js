// How far the answers are saved, in words and always in the same place; read out only when it matters.
const QUIET = new Set(["waiting", "saving", "saved"]);

export class State {
  #said = "saved";
  #place = document.getElementById("answers-state");
  #voice = document.getElementById("answers-voice");

  constructor(form, lasts) {
    this.lasts = lasts;
    this.#place.hidden = false;
    this.#place.querySelector("[data-text]").textContent = this.#place.dataset.saved;
    for (const note of document.querySelectorAll("[data-without-script]")) note.hidden = true;
  }

  show(state, { saved, message } = {}) {
    const name = state === "offline" && !this.lasts() ? "unkept" : state;
    const words = saved ?? (this.#place.dataset[name.replace("-", "")] ?? "").replace("{message}", message ?? "");
    if (words) this.#place.querySelector("[data-text]").textContent = words;
    this.#place.dataset.state = state;
    const isWell = state === "saved" && !QUIET.has(this.#said);
    if ((!QUIET.has(state) && state !== this.#said) || isWell) this.#say(words);
    if (!QUIET.has(state) || state === "saved") this.#said = state;
  }

  sayNow() {
    this.#say(this.#place.textContent.trim());
  }

  #say(words) {
    this.#voice.textContent = "";
    setTimeout(() => (this.#voice.textContent = words), 50);
  }
}
