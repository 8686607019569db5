// Something is picked from a list, then the place is pressed where it goes – by mouse, pen, finger or key; with a mouse or a
// pen it can be dragged as well. The menus in the places stay what counts, and can be used as ever.
import { changed, filled, teller } from "./telling.js";

const MOVED = 6; // pixels: less is a press

class Placing {
  constructor(root) {
    this.root = root;
    this.words = root.dataset;
    this.picked = null;
    this.places = [...root.querySelectorAll("[data-place]")].map((place) => this.place(place));
    this.pieces = [...root.querySelectorAll("[data-bank] [data-piece]")].map((item) => this.piece(item));
    this.tell = teller(root);
    root.addEventListener("change", () => this.count());
    root.addEventListener("rich:reload", () => this.count(), { capture: true }); // the journal has put a value back
    root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.picked) return;
      event.stopPropagation();
      const { button } = this.picked;
      this.pick(null);
      button.focus();
    });
    this.count();
  }

  /** A place has a button over its menu while something is picked that can go there. */
  place(element) {
    const select = element.querySelector("select");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "put";
    button.hidden = true;
    button.textContent = this.words.sayHere;
    element.append(button);
    const place = { element, select, button, name: element.dataset.place };
    button.addEventListener("click", (event) => this.put(place, event.detail === 0));
    return place;
  }

  piece(item) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "piece";
    button.setAttribute("aria-pressed", "false");
    button.append(...item.childNodes);
    const used = document.createElement("span");
    used.className = "visually-hidden";
    item.append(button);
    const isEndless = "reuse" in this.words || "infinite" in item.dataset;
    const piece = { item, button, used, id: item.dataset.piece, name: item.dataset.words, isEndless };
    button.append(used);
    button.addEventListener("click", () => {
      if (!this.isDropping) this.pick(this.picked === piece ? null : piece);
    });
    button.addEventListener("pointerdown", (event) => this.drag(piece, event));
    return piece;
  }

  pick(piece) {
    this.picked = piece;
    this.root.classList.toggle("picking", piece !== null);
    for (const one of this.pieces) one.button.setAttribute("aria-pressed", String(one === piece));
    for (const place of this.places) {
      const fits = piece !== null && [...place.select.options].some(({ value }) => value === piece.id);
      place.button.hidden = !fits;
      if (fits) place.button.setAttribute("aria-label", filled(this.words.sayPut, { piece: piece.name, place: place.name }));
    }
    if (piece) this.tell(filled(this.words.sayTaken, { piece: piece.name }));
  }

  put(place, byKey) {
    const piece = this.picked;
    if (!piece) return;
    const left = piece.isEndless ? [] : this.places.filter(({ select }) => select.value === piece.id && select !== place.select);
    for (const { select } of left) {
      select.value = "";
      changed(select);
    }
    place.select.value = piece.id;
    changed(place.select);
    if (!piece.isEndless) this.pick(null);
    if (byKey && place.button.hidden) place.select.focus();
    this.tell(filled(this.words.sayPlaced, { piece: piece.name, place: place.name }));
  }

  /** What is placed and cannot be placed again is shown so. */
  count() {
    for (const piece of this.pieces) {
      const isUsed = !piece.isEndless && this.places.some(({ select }) => select.value === piece.id);
      piece.item.classList.toggle("used", isUsed);
      piece.used.textContent = isUsed ? ` ${this.words.sayUsed}` : "";
    }
  }

  drag(piece, begun) {
    if (begun.button !== 0 || begun.pointerType === "touch") return; // a finger scrolls
    let isDragged = false;
    const ending = new AbortController();
    const { signal } = ending;
    const move = ({ clientX, clientY }) => {
      if (isDragged || Math.hypot(clientX - begun.clientX, clientY - begun.clientY) < MOVED) return;
      isDragged = true;
      this.pick(piece);
    };
    const drop = ({ clientX, clientY }) => {
      ending.abort();
      if (!isDragged) return;
      const element = document.elementFromPoint(clientX, clientY)?.closest("[data-place]");
      const place = this.places.find((one) => one.element === element && !one.button.hidden);
      if (place) this.put(place, false);
      this.pick(null);
      this.isDropping = true; // released over the button where it began, it is a click as well
      setTimeout(() => {
        this.isDropping = false;
      });
    };
    document.addEventListener("pointermove", move, { signal });
    document.addEventListener("pointerup", drop, { signal });
    document.addEventListener("pointercancel", () => ending.abort(), { signal });
  }
}

/** @param {Element} fieldset a question in which something is placed. */
export function placing(fieldset) {
  for (const root of fieldset.querySelectorAll("[data-placing]")) new Placing(root);
}
