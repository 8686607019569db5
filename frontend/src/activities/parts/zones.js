// An author's zones: drawn on the picture with the mouse, a finger or the keyboard. The number fields are what is sent.
import { enter, fraction, led, percent, placeOf, say, show, words } from "./pictures.js";
import { around, handles, moved, pulled, resized, sound } from "./shapes.js";
import { sketch } from "./sketch.js";

const NEAR = 0.03; // of the picture's width: near enough to a handle or to the first corner
const PLACES = { rect: ["x", "y", "w", "h"], circle: ["x", "y", "w"] };

class Board {
  constructor(root) {
    this.root = root;
    this.board = root.querySelector("[data-board]");
    this.place = root.querySelector("[data-place]");
    this.image = root.querySelector("[data-image]");
    this.svg = root.querySelector("[data-zones]");
    this.pad = root.querySelector("[data-pad]");
    this.rows = [...root.querySelectorAll("[data-zone-row]")];
    this.picked = -1;
    this.tool = null;
    this.corners = null;
    this.#picture();
    this.#tools();
    this.#pointer();
    this.#keys();
    for (const [number, row] of this.rows.entries()) {
      row.querySelector("[data-numbers]").open = !this.#isEmpty(number) && !this.zone(number);
      row.addEventListener("focusin", () => this.pick(number));
    }
    root.addEventListener("input", () => this.look());
    this.look();
  }

  // ---- the picture ----

  #picture() {
    const { form } = this.pad;
    this.image.addEventListener("load", () => this.#measure());
    this.image.addEventListener("error", () => {
      this.place.hidden = true;
    });
    if (this.image.complete && this.image.naturalWidth) this.#measure();
    const file = form.querySelector("input[type=file][data-upload=picture]");
    file?.addEventListener("change", () => {
      if (!file.files.length) return;
      const reader = new FileReader();
      reader.addEventListener("load", () => {
        this.image.src = reader.result;
      });
      reader.readAsDataURL(file.files[0]);
    });
  }

  /** Sizes and shapes are right once the picture is there. */
  #measure() {
    const { naturalWidth: width, naturalHeight: high } = this.image;
    for (const field of this.pad.form.querySelectorAll("[data-natural]")) {
      field.value = field.dataset.natural === "width" ? width : high;
    }
    this.high = (1000 * high) / width;
    this.svg.setAttribute("viewBox", `0 0 1000 ${this.high}`);
    show(this.place, this.pad, this.root.querySelector("[data-tools]"), this.root.querySelector("[data-keys]"));
    this.look();
  }

  get ratio() {
    return this.high / 1000;
  }

  // ---- what the fields say ----

  field(number, name) {
    return this.rows[number].querySelector(`[data-of=${name}]`);
  }

  /** The zone of a line; null where it has none that can be drawn. */
  zone(number) {
    const shape = this.field(number, "shape").value;
    const texts =
      shape === "poly"
        ? this.field(number, "corners").value.split(/[;\s]+/).filter(Boolean)
        : PLACES[shape].map((name) => this.field(number, name).value);
    const zone = { shape, coords: texts.map(fraction) };
    return sound(zone) ? zone : null;
  }

  write(number, { shape, coords }) {
    const shown = coords.map(percent);
    enter(this.field(number, "shape"), shape);
    for (const [place, name] of ["x", "y", "w", "h"].entries()) {
      enter(this.field(number, name), PLACES[shape]?.includes(name) ? shown[place] : "");
    }
    const pairs = shown.flatMap((text, place) => (place % 2 ? [] : [`${text} ${shown[place + 1]}`]));
    enter(this.field(number, "corners"), shape === "poly" ? pairs.join("; ") : "");
    this.look();
  }

  #free() {
    const names = ["x", "y", "w", "h", "corners"];
    return this.rows.findIndex((_, number) => names.every((name) => !this.field(number, name).value.trim()));
  }

  /** A line for a new zone: that of the chosen name, if it has no zone yet. */
  add(zone) {
    const number = this.picked >= 0 && this.#isEmpty(this.picked) ? this.picked : this.#free();
    if (number < 0) {
      say(this.board, words(this.board, "lines"));
      this.pad.form.querySelector("button[value=more]")?.focus();
      return;
    }
    this.pick(number);
    this.write(number, zone);
    this.tell();
  }

  #isEmpty(number) {
    return ["x", "y", "w", "h", "corners"].every((name) => !this.field(number, name).value.trim());
  }

  pick(number) {
    this.picked = number;
    this.look();
  }

  tell() {
    const zone = this.zone(this.picked);
    if (!zone) return;
    const [x, y, w, h] = around(zone, this.ratio).map(percent);
    say(this.board, words(this.board, "said", { n: this.picked + 1, x, y, w, h }));
  }

  // ---- tools and keys ----

  #tools() {
    this.buttons = [...this.root.querySelectorAll("[data-shape]")];
    for (const button of this.buttons) {
      button.addEventListener("click", (event) => {
        const shape = button.dataset.shape;
        if (!event.detail) {
          this.add(this.#first(shape)); // with the keyboard: a zone in the middle, to be moved
          this.pad.focus();
          return;
        }
        this.choose(this.tool === shape ? null : shape);
      });
    }
    this.root.querySelector("[data-delete]").addEventListener("click", () => {
      if (this.picked < 0) return;
      for (const name of ["x", "y", "w", "h", "corners"]) enter(this.field(this.picked, name), "");
      this.look();
    });
  }

  #first(shape) {
    const [width, high] = [0.2, Math.min(0.2 / this.ratio, 0.6)];
    if (shape === "circle") return { shape, coords: [0.5, 0.5, 0.1] };
    const [left, top] = [0.5 - width / 2, 0.5 - high / 2];
    if (shape === "rect") return { shape, coords: [left, top, width, high] };
    return { shape, coords: [0.5, top, left + width, 0.5, 0.5, top + high, left, 0.5] };
  }

  choose(shape) {
    this.tool = shape;
    this.corners = null;
    for (const button of this.buttons) button.setAttribute("aria-pressed", String(button.dataset.shape === shape));
    if (shape) say(this.board, words(this.board, shape === "poly" ? "corner" : "drag"));
  }

  #keys() {
    this.pad.addEventListener("keydown", (event) => {
      const way = led(event, false);
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        if (this.corners) this.#close();
      } else if (event.key === "Escape") {
        this.choose(null);
        this.look();
      } else if (event.key === "PageDown" || event.key === "PageUp") {
        event.preventDefault();
        this.#next(event.key === "PageDown" ? 1 : -1);
      } else if (event.key === "Delete") {
        this.root.querySelector("[data-delete]").click();
      } else if (way && this.picked >= 0 && this.zone(this.picked)) {
        event.preventDefault();
        const change = event.shiftKey ? resized : moved;
        this.write(this.picked, change(this.zone(this.picked), way, this.ratio));
        this.tell();
      }
    });
  }

  #next(step) {
    const drawn = this.rows.map((_, number) => number).filter((number) => this.zone(number));
    if (!drawn.length) return;
    const place = drawn.indexOf(this.picked);
    this.pick(drawn[(place + step + drawn.length) % drawn.length]);
    this.tell();
  }

  // ---- mouse, pen and finger ----

  #pointer() {
    const { pad } = this;
    pad.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      event.preventDefault();
      pad.focus();
      pad.setPointerCapture(event.pointerId);
      const at = placeOf(event, this.svg);
      if (this.tool === "poly") this.#corner(at);
      else this.act = this.tool ? this.#drawing(at) : this.#grip(at);
    });
    pad.addEventListener("pointermove", (event) => {
      if (this.act) this.act(placeOf(event, this.svg));
    });
    pad.addEventListener("pointerup", (event) => {
      const act = this.act;
      this.act = null;
      if (!act) return;
      act(placeOf(event, this.svg), true);
      this.tell();
    });
    pad.addEventListener("pointercancel", () => {
      this.act = null;
      this.look();
    });
  }

  #apart([ax, ay], [bx, by]) {
    return Math.hypot(ax - bx, (ay - by) * this.ratio);
  }

  #drawing(from) {
    const shape = this.tool;
    return (to, done) => {
      const coords =
        shape === "circle"
          ? [...from, Math.min(1, this.#apart(from, to))]
          : [
              Math.min(from[0], to[0]),
              Math.min(from[1], to[1]),
              Math.abs(from[0] - to[0]),
              Math.abs(from[1] - to[1]),
            ];
      const zone = { shape, coords };
      if (!done) {
        this.look(zone);
      } else if (coords[2] >= 0.005 && (coords[3] ?? 1) >= 0.005) {
        this.add(zone);
        this.choose(null);
      } else {
        this.look();
      }
    };
  }

  /** Take hold of a handle of the chosen zone, or of the zone under the pointer. */
  #grip(from) {
    const chosen = this.picked >= 0 ? this.zone(this.picked) : null;
    const handle = chosen ? handles(chosen).findIndex((point) => this.#apart(point, from) < NEAR) : -1;
    if (handle >= 0) return (to) => this.write(this.picked, pulled(chosen, handle, to, this.ratio));
    const under = (number) => {
      const zone = this.zone(number);
      if (!zone) return false;
      const [x, y, w, h] = around(zone, this.ratio);
      return from[0] >= x && from[0] <= x + w && from[1] >= y && from[1] <= y + h;
    };
    const numbers = this.rows.map((_, number) => number).filter(under);
    if (!numbers.length) return null;
    this.pick(numbers.at(-1));
    const zone = this.zone(this.picked);
    return (to) => this.write(this.picked, moved(zone, [to[0] - from[0], to[1] - from[1]], this.ratio));
  }

  #corner(at) {
    if (this.corners?.length >= 3 && this.#apart(this.corners[0], at) < NEAR) {
      this.#close();
      return;
    }
    this.corners = [...(this.corners ?? []), at].slice(0, 24);
    this.look();
  }

  #close() {
    const { corners } = this;
    this.choose(null);
    if (corners.length >= 3) this.add({ shape: "poly", coords: corners.flat() });
    else this.look();
  }

  // ---- what is seen ----

  look(growing = null) {
    if (!this.high) return;
    const zones = this.rows.map((row, number) => {
      row.classList.toggle("picked", number === this.picked);
      return this.zone(number);
    });
    this.svg.replaceChildren(...sketch(zones, { picked: this.picked, growing, corners: this.corners }, this.ratio));
  }
}

/** @param {Element} root the part of a form with `data-zoning`. */
export function init(root) {
  if (root.querySelector("[data-board]")) new Board(root);
}
