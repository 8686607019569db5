// Clicking on a picture. Points are written into the number fields, ticks into the list: these are the answer.
import { badge, draw, enter, fraction, height, led, percent, placeOf, say, show, words } from "../parts/pictures.js";

/** Zones that can be seen: pressing one ticks its line in the list, and the other way round. */
function choosing(fieldset) {
  const picture = fieldset.querySelector(".choosing");
  if (!picture) return;
  const inputOf = (zone) => fieldset.querySelector(`input[value="${CSS.escape(zone.dataset.zone)}"]`);
  const zones = [...picture.querySelectorAll("[data-zone]")].filter(inputOf);
  const look = () => {
    for (const zone of zones) zone.classList.toggle("chosen", inputOf(zone).checked);
  };
  picture.classList.add("live");
  for (const zone of zones) zone.addEventListener("click", () => inputOf(zone).click());
  fieldset.addEventListener("change", look);
  fieldset.addEventListener("input", look);
  look();
}

class Pointing {
  constructor(root, picture) {
    this.root = root;
    this.svg = picture.querySelector("svg");
    this.marks = root.querySelector("[data-marks]");
    this.pad = root.querySelector("[data-pad]");
    this.fields = [...root.querySelectorAll(".point-row")].map((row) => [...row.querySelectorAll("input")]);
    this.at = [0.5, 0.5];
    this.cross = draw(
      "g",
      { class: "cross" },
      ...["M-60 0H-15M15 0H60M0-60V-15M0 15V60"].map((d) => draw("path", { d })),
    );
    this.svg.append(this.cross);
    picture.append(this.pad);
    show(this.pad, root.querySelector("[data-keys]"), root.querySelector("[data-tools]"));
    root.querySelector("[data-in-numbers]").open = false;
    this.#withoutWords(root.querySelector("[data-in-words]"));
    this.#listen();
    this.move([0, 0]);
    this.look();
  }

  /** The words are for those who cannot click; what was answered by them stays to be seen. */
  #withoutWords(inWords) {
    if (inWords && !inWords.querySelector("input:checked")) inWords.hidden = true;
  }

  #listen() {
    this.pad.addEventListener("click", (event) => {
      if (event.detail) this.at = placeOf(event, this.svg); // with the keyboard: where the cross is
      this.move([0, 0]);
      this.add(this.at);
    });
    this.pad.addEventListener("keydown", (event) => {
      const way = led(event);
      if (way) {
        event.preventDefault();
        this.move(way);
        say(this.root, words(this.root, "at", { x: percent(this.at[0]), y: percent(this.at[1]) }));
      } else if (event.key === "Backspace" || event.key === "Delete") {
        event.preventDefault();
        this.undo();
      }
    });
    this.root.querySelector("[data-undo]").addEventListener("click", () => this.undo());
    this.root.querySelector("[data-empty]").addEventListener("click", () => {
      for (const pair of this.fields) for (const field of pair) enter(field, "");
      say(this.root, words(this.root, "none"));
    });
    this.root.addEventListener("input", () => this.look());
  }

  move([right, down]) {
    this.at = [this.at[0] + right, this.at[1] + down].map((number) => Math.min(1, Math.max(0, number)));
    this.cross.setAttribute("transform", `translate(${this.at[0] * 1000} ${this.at[1] * height(this.svg)})`);
  }

  add([x, y]) {
    let place = this.fields.findIndex((pair) => pair.every((field) => !field.value.trim()));
    if (place < 0 && this.fields.length === 1) place = 0; // another click is another answer
    if (place < 0) {
      say(this.root, words(this.root, "full"));
      return;
    }
    enter(this.fields[place][0], percent(x));
    enter(this.fields[place][1], percent(y));
    say(this.root, words(this.root, "placed", { n: place + 1, x: percent(x), y: percent(y) }));
  }

  undo() {
    const last = this.fields.findLast((pair) => pair.some((field) => field.value));
    if (!last) return;
    for (const field of last) enter(field, "");
    say(this.root, words(this.root, "gone"));
  }

  look() {
    const high = height(this.svg);
    const points = this.fields.map((pair) => pair.map((field) => fraction(field.value)));
    this.marks.replaceChildren(
      ...points.flatMap(([x, y], place) =>
        x >= 0 && x <= 1 && y >= 0 && y <= 1 ? [badge(x, y, high, place + 1, "mark")] : [],
      ),
    );
  }
}

export function init(fieldset) {
  choosing(fieldset);
  const root = fieldset.querySelector("[data-pointing]");
  const picture = root?.querySelector("[data-pictured]");
  if (picture?.querySelector("img")) new Pointing(root, picture);
}
