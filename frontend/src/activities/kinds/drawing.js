// Drawing on a sheet. Strokes are written as numbers into a hidden field; who cannot draw writes into the field below.
import { draw, enter, say, show, words } from "../parts/pictures.js";

const MOST_STROKES = 200;
const MOST_POINTS = 20_000;
const SIDE = 1000;
const NEAR = 3; // units between two points of a stroke

const whole = (number, most) => Math.min(most, SIDE, Math.max(0, Math.round(number)));

class Sheet {
  constructor(root) {
    this.root = root;
    this.value = root.querySelector("[data-value]");
    this.svg = root.querySelector("[data-strokes]");
    this.strokes = this.value.value ? JSON.parse(this.value.value) : [];
    this.steps = [];
    this.pen = { ink: "black", width: 4 };
    this.stroke = null;
    this.#tools();
    this.#pointer();
    show(root.querySelector("[data-tools]"), root.querySelector("[data-paper]"));
    root.querySelector("[data-sheet]").classList.add("live");
    this.look();
  }

  #tools() {
    const choose = (name, key) => {
      const buttons = [...this.root.querySelectorAll(`[data-${name}]`)];
      for (const button of buttons) {
        button.addEventListener("click", () => {
          this.pen[key] = key === "width" ? Number(button.dataset[name]) : button.dataset[name];
          for (const each of buttons) each.setAttribute("aria-pressed", String(each === button));
        });
      }
    };
    choose("ink", "ink");
    choose("pen", "width");
    this.root.querySelector("[data-undo]").addEventListener("click", () => {
      if (this.steps.length) this.#keep(this.steps.pop());
      else if (this.strokes.length) this.#keep(this.strokes.slice(0, -1));
    });
    this.root.querySelector("[data-empty]").addEventListener("click", () => {
      if (!this.strokes.length) return;
      this.steps.push(this.strokes);
      this.#keep([]);
    });
  }

  #pointer() {
    const { svg } = this;
    svg.addEventListener("pointerdown", (event) => {
      if (event.button || this.stroke) return;
      event.preventDefault();
      if (this.strokes.length >= MOST_STROKES || this.room() < 2) {
        say(this.root, words(this.root, "full"));
        return;
      }
      svg.setPointerCapture(event.pointerId);
      this.pointer = event.pointerId;
      this.stroke = [];
      this.drawn = draw("path", { ...this.#looks(this.pen), d: "" });
      svg.append(this.drawn);
      this.#point(event);
    });
    svg.addEventListener("pointermove", (event) => {
      if (!this.stroke || event.pointerId !== this.pointer) return;
      const passed = event.getCoalescedEvents?.() ?? [];
      for (const each of passed.length ? passed : [event]) this.#point(each);
    });
    const end = (event) => {
      if (!this.stroke || event.pointerId !== this.pointer) return;
      const points = this.stroke.flat().join(" ");
      this.stroke = null;
      this.steps.push(this.strokes);
      this.#keep([...this.strokes, { ...this.pen, points }]);
    };
    svg.addEventListener("pointerup", end);
    svg.addEventListener("pointercancel", end);
  }

  #looks({ ink, width }) {
    return {
      class: `ink ${ink}`,
      "stroke-width": width,
      "stroke-linecap": "round",
      "stroke-linejoin": "round",
    };
  }

  #point({ clientX, clientY }) {
    const { width, height } = this.svg.viewBox.baseVal;
    const there = new DOMPoint(clientX, clientY).matrixTransform(this.svg.getScreenCTM().inverse());
    const [x, y] = [whole(there.x, width), whole(there.y, height)];
    const [lastX, lastY] = this.stroke.at(-1) ?? [-SIDE, -SIDE];
    if (Math.hypot(x - lastX, y - lastY) < NEAR || this.room() < 1) return;
    this.stroke.push([x, y]);
    this.drawn.setAttribute("d", `M${this.stroke.flat().join(" ")}h0`);
  }

  /** How many points can still be kept. */
  room() {
    const count = ({ points }) => points.split(" ").length / 2;
    return MOST_POINTS - this.strokes.reduce((sum, stroke) => sum + count(stroke), 0) - (this.stroke?.length ?? 0);
  }

  #keep(strokes) {
    this.strokes = strokes;
    enter(this.value, strokes.length ? JSON.stringify(strokes) : "");
    this.look();
    say(this.root, words(this.root, "said", { n: strokes.length }));
  }

  look() {
    this.svg.replaceChildren(
      ...this.strokes.map((stroke) => draw("path", { ...this.#looks(stroke), d: `M${stroke.points}h0` })),
    );
  }
}

export function init(fieldset) {
  const root = fieldset.querySelector("[data-drawing]");
  if (root) new Sheet(root);
}
