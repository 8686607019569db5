// Labels that are carried onto a picture. The menus below it are the answer; this only chooses in them.
import { enter, say, show, words } from "../parts/pictures.js";

const LONGEST = 24;
const shortened = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);

class Labelling {
  constructor(root) {
    this.root = root;
    this.zones = [...root.querySelectorAll("[data-zone]")];
    this.inputs = [...root.querySelectorAll(".zone-answers select, .zone-answers input")];
    this.taken = null;
    this.steps = [];
    const picture = root.querySelector("[data-pictured]");
    picture?.classList.add("live");
    if (root.dataset.labelling === "drag" && picture) this.#chips();
    for (const [place, zone] of this.zones.entries()) this.#zone(zone, place);
    root.addEventListener("input", () => this.look());
    root.addEventListener("focusin", () => this.look());
    root.addEventListener("focusout", () => this.look());
    this.look();
  }

  #chips() {
    const place = this.root.querySelector("[data-chips]");
    const options = [...this.inputs[0].options].filter((option) => option.value);
    this.chips = options.map((option) => {
      const chip = document.createElement("button");
      Object.assign(chip, { type: "button", draggable: true, textContent: option.text, lang: option.lang });
      chip.dataset.label = option.value;
      chip.setAttribute("aria-pressed", "false");
      chip.addEventListener("click", () => this.take(this.taken === option.value ? null : option.value));
      chip.addEventListener("dragstart", (event) => {
        event.dataTransfer.setData("text/plain", option.text);
        event.dataTransfer.effectAllowed = "move";
        this.take(option.value);
      });
      chip.addEventListener("dragend", () => this.take(null));
      return chip;
    });
    place.append(...this.chips);
    const undo = this.root.querySelector("[data-undo]");
    undo.addEventListener("click", () => {
      const before = this.steps.pop();
      if (before) this.#set(before);
    });
    this.root.querySelector("[data-empty]").addEventListener("click", () => {
      this.#remember();
      this.#set(this.inputs.map(() => ""));
    });
    show(place, this.root.querySelector("[data-keys]"), undo.closest("[data-tools]"));
  }

  #remember() {
    this.steps.push(this.inputs.map((input) => input.value));
  }

  #set(values) {
    for (const [place, input] of this.inputs.entries()) enter(input, values[place]);
    this.look();
  }

  #zone(zone, place) {
    zone.addEventListener("click", () => this.press(place));
    if (!this.chips) return;
    const over = (event) => {
      if (!this.taken) return;
      event.preventDefault();
      zone.classList.add("over-it");
    };
    zone.addEventListener("dragenter", over);
    zone.addEventListener("dragover", over);
    zone.addEventListener("dragleave", () => zone.classList.remove("over-it"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("over-it");
      this.put(place);
    });
  }

  /** What is pressed without a label in hand shows its menu, or gives its label back. */
  press(place) {
    const input = this.inputs[place];
    if (this.chips && this.taken) {
      this.put(place);
    } else if (this.chips && input.value) {
      this.#remember();
      enter(input, "");
      say(this.root, words(this.root, "putBack", { n: place + 1 }));
    } else {
      if (this.chips) say(this.root, words(this.root, "nothing"));
      input.focus();
    }
  }

  take(label) {
    this.taken = label;
    const chip = this.chips.find((each) => each.dataset.label === label);
    for (const each of this.chips) each.setAttribute("aria-pressed", String(each === chip));
    if (chip) say(this.root, words(this.root, "taken", { label: chip.textContent }));
  }

  put(place) {
    const label = this.taken;
    if (!label) return;
    this.#remember();
    if (!("reuse" in this.root.dataset)) {
      for (const input of this.inputs) if (input.value === label) enter(input, "");
    }
    enter(this.inputs[place], label);
    const chip = this.chips.find((each) => each.dataset.label === label);
    say(this.root, words(this.root, "put", { label: chip.textContent, n: place + 1 }));
    this.take(null);
  }

  look() {
    for (const [place, zone] of this.zones.entries()) {
      const input = this.inputs[place];
      const text = input.selectedOptions ? (input.value ? input.selectedOptions[0].text : "") : input.value;
      zone.classList.toggle("chosen", Boolean(text.trim()));
      zone.classList.toggle("over-it", input === document.activeElement);
      zone.querySelector(".put").textContent = shortened(text.trim());
    }
    const used = new Set(this.inputs.map((input) => input.value));
    for (const chip of this.chips ?? []) chip.toggleAttribute("data-used", used.has(chip.dataset.label));
  }
}

export function init(fieldset) {
  const root = fieldset.querySelector("[data-labelling]");
  if (root) new Labelling(root);
}
