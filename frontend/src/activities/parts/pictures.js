// What the scripts of questions with a picture share: places on it, shapes over it, and telling what has happened.
const SVG = "http://www.w3.org/2000/svg";

/** An SVG element; placed by attributes, for styles in tags are not allowed. */
export function draw(name, attributes = {}, ...inside) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...inside);
  return made;
}

/** A number on the picture, as the server draws it. */
export function badge(x, y, high, text, kind = "badge") {
  const at = { x: x * 1000, y: y * high };
  return draw(
    "g",
    { class: kind },
    draw("circle", { cx: at.x, cy: at.y, r: 30 }),
    draw("text", { ...at, dy: "0.36em", "text-anchor": "middle", "font-size": 40, stroke: "none" }, String(text)),
  );
}

/** How high the picture is where 1000 is its width. */
export const height = (svg) => svg.viewBox.baseVal.height;

const within = (number) => Math.min(1, Math.max(0, number));

/** Where a pointer is, in fractions of the picture. */
export function placeOf(event, element) {
  const box = element.getBoundingClientRect();
  return [within((event.clientX - box.left) / box.width), within((event.clientY - box.top) / box.height)];
}

const format = new Intl.NumberFormat(document.documentElement.lang || "fr", {
  maximumFractionDigits: 2,
  useGrouping: false,
});

/** A fraction as a percentage, as people type it. */
export const percent = (fraction) => format.format(fraction * 100);

/** A typed percentage as a fraction; NaN if it is none. */
export function fraction(text) {
  const typed = text.trim().replace(",", ".").replace(/\s*%$/, "");
  return /^\d{1,3}(\.\d*)?$/.test(typed) ? Number(typed) / 100 : Number.NaN;
}

/** Puts a value into a field as if somebody had typed it. */
export function enter(field, value) {
  if (field.value === value) return;
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

/** A sentence of the page with its values filled in. */
export function words(element, name, values = {}) {
  return (element.dataset[name] ?? "").replace(/\{(\w+)\}/g, (all, key) => values[key] ?? all);
}

/** Tells a sentence to those who do not see what has happened. */
export function say(root, sentence) {
  const live = root.querySelector("[data-live]");
  if (live) live.textContent = sentence;
}

export function show(...elements) {
  for (const element of elements) if (element) element.hidden = false;
}

const STEP = 0.01;
const STRIDE = 0.05;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** How far an arrow key leads, in fractions; null for other keys. */
export function led(event, far = event.shiftKey) {
  const arrow = ARROWS[event.key];
  return arrow && !event.ctrlKey && !event.metaKey && !event.altKey
    ? arrow.map((way) => way * (far ? STRIDE : STEP))
    : null;
}
