// Items of a list go up and down by buttons; the menus with their places stay what counts.
import { changed, filled, teller } from "./telling.js";

const select = (item) => item.querySelector("select");

class Moving {
  constructor(list, confirmed) {
    this.list = list;
    this.confirmed = confirmed;
    this.words = list.dataset;
    this.tell = teller(list.parentElement);
    for (const item of this.items) this.equip(item);
    list.addEventListener("change", ({ target }) => {
      if (!this.isMoving && target.matches("select")) this.move(target.closest("li"), Number(target.value) - 1, target);
    });
    // the journal puts values back into the fields, one after the other
    list.addEventListener("rich:reload", () => this.restoreSoon(), { capture: true });
    this.number();
  }

  restoreSoon() {
    if (this.isRestoring) return;
    this.isRestoring = true;
    queueMicrotask(() => {
      this.isRestoring = false;
      this.restore();
    });
  }

  /** The items stand where their menus say. */
  restore() {
    const { items } = this;
    for (const item of items) item.querySelector("input[type=hidden]").value = select(item).name.split(".at.")[1];
    this.list.append(...items.sort((one, other) => Number(select(one).value) - Number(select(other).value)));
    this.number();
  }

  get items() {
    return [...this.list.children];
  }

  equip(item) {
    const name = item.dataset.item;
    const across = this.list.classList.contains("across");
    const movers = document.createElement("span");
    movers.className = "movers";
    for (const [step, sign, text] of [
      [-1, across ? "←" : "↑", this.words.sayBefore],
      [1, across ? "→" : "↓", this.words.sayAfter],
    ]) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "small";
      button.dataset.step = step;
      button.textContent = sign;
      button.setAttribute("aria-label", filled(text, { item: name }));
      button.addEventListener("click", () => this.move(item, this.items.indexOf(item) + step, button));
      movers.append(button);
    }
    item.append(movers);
  }

  move(item, to, from) {
    const others = this.items.filter((one) => one !== item);
    const place = Math.max(0, Math.min(others.length, to));
    if (this.items.indexOf(item) !== place) {
      this.list.insertBefore(item, others[place] ?? null);
      this.number();
      this.isMoving = true;
      if (this.confirmed && !this.confirmed.checked) {
        this.confirmed.checked = true;
        changed(this.confirmed);
      }
      if (from !== select(item)) changed(select(item)); // otherwise it has just said so itself
      this.isMoving = false;
      from.focus(); // moving took it away
    }
    this.tell(filled(this.words.sayPlaced, { item: item.dataset.item, place: place + 1, total: others.length + 1 }));
  }

  /** The menus say the places; a button that leads nowhere says so and keeps the focus. */
  number() {
    const { items } = this;
    for (const [place, item] of items.entries()) {
      select(item).value = String(place + 1);
      for (const button of item.querySelectorAll("[data-step]")) {
        const to = place + Number(button.dataset.step);
        button.setAttribute("aria-disabled", String(to < 0 || to >= items.length));
      }
    }
  }
}

/** @param {Element} fieldset a question whose items are put in order. */
export function moving(fieldset) {
  const confirmed = fieldset.querySelector("[data-confirmed]");
  for (const list of fieldset.querySelectorAll("[data-sequence]")) new Moving(list, confirmed);
}
