// The files of an answer: a list whose order, kept in a hidden field, is what is sent. Its buttons save the page where no
// script runs; here they act at once.
import { voice, wordsOf } from "./words.js";

const changed = (field) => {
  for (const type of ["input", "change"]) field.dispatchEvent(new Event(type, { bubbles: true }));
};

export class Arranged {
  /** @param {HTMLElement} root what holds list and field. */
  constructor(root) {
    this.root = root;
    this.most = Number(root.dataset.most);
    this.words = wordsOf(root);
    this.say = voice(root);
    this.list = root.querySelector("[data-sent]");
    this.field = root.querySelector("input[name$='.files']");
    this.list.addEventListener("click", (event) => this.#press(event));
    this.field.addEventListener("rich:reload", () => this.#reload());
  }

  get ids() {
    return [...this.list.children].map((row) => row.dataset.file);
  }

  get isFull() {
    return this.list.children.length >= this.most;
  }

  /** A file that has arrived: {resource, name, url, weight, received, state, kind}. */
  add(file) {
    if (this.ids.includes(file.resource)) return this.row(file.resource);
    const row = this.root.querySelector("template[data-row]").content.firstElementChild.cloneNode(true);
    row.dataset.file = file.resource;
    const link = row.querySelector("a");
    link.textContent = file.name;
    if (file.state === "refused") link.replaceWith(file.name);
    else link.href = file.url;
    row.querySelector(".sent-facts").textContent = [file.weight, file.received].filter(Boolean).join(" · ");
    for (const chip of row.querySelectorAll("[data-state]")) chip.hidden = chip.dataset.state !== file.state;
    for (const said of row.querySelectorAll("[data-says]")) said.textContent = said.dataset.says.replace("{name}", file.name);
    this.list.append(row);
    this.#write();
    return row;
  }

  row(id) {
    return [...this.list.children].find((row) => row.dataset.file === id);
  }

  /** Put what plays a file into its row. */
  show(id, player) {
    this.row(id)?.prepend(player);
  }

  clear() {
    this.list.replaceChildren();
    this.#write();
  }

  #write() {
    this.field.value = this.ids.join(" ");
    this.#bound();
    changed(this.field);
  }

  #bound() {
    const rows = [...this.list.children];
    rows.forEach((row, place) => {
      for (const button of row.querySelectorAll("[data-move]")) {
        button.disabled = button.dataset.move === "-1" ? place === 0 : place === rows.length - 1;
      }
    });
    this.root.dispatchEvent(new Event("arranged"));
  }

  #press(event) {
    const button = event.target.closest("[data-move], [data-out]");
    if (!button) return;
    event.preventDefault();
    const row = button.closest("[data-file]");
    const name = row.querySelector(".sent-name").textContent.trim();
    if ("out" in button.dataset) this.#remove(row, name);
    else this.#move(row, Number(button.dataset.move), name, button);
  }

  #move(row, step, name, button) {
    if (step < 0) row.previousElementSibling?.before(row);
    else row.nextElementSibling?.after(row);
    this.#write();
    // where a button can do no more, its neighbour takes the focus
    (button.disabled ? row.querySelector("[data-move]:not([disabled])") : button)?.focus();
    this.say(this.words("moved", { name, place: this.ids.indexOf(row.dataset.file) + 1, total: this.ids.length }));
  }

  #remove(row, name) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    this.#write();
    (next?.querySelector("[data-out]") ?? this.list).focus();
    this.say(this.words("removed", { name }));
  }

  /** Answers of a journal were put into the field: rows follow, as far as they are known. */
  #reload() {
    const rows = new Map([...this.list.children].map((row) => [row.dataset.file, row]));
    const wanted = this.field.value.split(" ").filter(Boolean);
    this.list.replaceChildren(...wanted.map((id) => rows.get(id)).filter(Boolean));
    for (const id of wanted.filter((one) => !rows.has(one))) {
      const row = this.root.querySelector("template[data-row]").content.firstElementChild.cloneNode(true);
      row.dataset.file = id;
      this.list.append(row);
    }
    this.#bound();
  }
}

/** Nobody hands in while `isBusy()`: what is on its way would be missing. */
export function holdBack(root, isBusy, say) {
  const form = root.closest("form");
  window.addEventListener(
    "submit",
    (event) => {
      if (event.target !== form || event.submitter?.value !== "hand-in" || !isBusy()) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      say();
    },
    { capture: true },
  );
}

/** Where files of a question go: {uploads, token}; null where they cannot be sent. */
export function place(root) {
  const token = root.closest("form")?.elements.token?.value;
  const { uploads } = root.dataset;
  return uploads && token ? { uploads: new URL(uploads, location.href).href, token } : null;
}
