// What the editor says: the texts stand in the page, in the reader's language.
const known = new Map();
for (const one of document.getElementById("words")?.content.querySelectorAll("[data-word]") ?? []) {
  known.set(one.dataset.word, one.textContent);
}
const said = document.getElementById("said");

/** A text, with what stands for its {names}. */
export function words(key, values = {}) {
  return (known.get(key) ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

let sentences = [];

/** Have it read out by screen readers, also if it was said before; what comes in the same moment is said after it. */
export function say(text) {
  sentences.push(text);
  if (sentences.length > 1) return;
  said.textContent = "";
  requestAnimationFrame(() => {
    said.textContent = sentences.join(" ");
    sentences = [];
  });
}

/** An instant of this device as people write it: 14 h 32. */
export function clock(milliseconds) {
  const date = new Date(milliseconds);
  const [hours, minutes] = [date.getHours(), date.getMinutes()].map((number) => String(number).padStart(2, "0"));
  return document.documentElement.lang === "fr" ? `${hours}\u00a0h\u00a0${minutes}` : `${hours}:${minutes}`;
}
