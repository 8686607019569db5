// What the scripts of a question say: the texts stand in its page, in the reader's language.

/** words(key, values): a text, with what stands for its {names}. */
export function wordsOf(root) {
  const known = new Map();
  for (const template of root.querySelectorAll("template[data-words-of]")) {
    for (const one of template.content.querySelectorAll("[data-word]")) known.set(one.dataset.word, one.textContent);
  }
  return (key, values = {}) => (known.get(key) ?? "").replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Has a text read out by screen readers, also if it was said before. */
export function voice(root) {
  const place = root.querySelector("[data-voice]");
  return (text) => {
    place.textContent = "";
    setTimeout(() => (place.textContent = text), 50);
  };
}
