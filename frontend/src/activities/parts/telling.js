// What screen readers are told while something is moved; the words stand in the page, in the reader's language.

/** A text with what stands for its {names}. */
export function filled(text, values) {
  return (text ?? "").replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** A live region at the end of an element; gives a function that has a text read out, also if it was said before. */
export function teller(element) {
  const region = document.createElement("p");
  region.className = "visually-hidden";
  region.setAttribute("role", "status");
  element.append(region);
  return (text) => {
    region.textContent = "";
    requestAnimationFrame(() => {
      region.textContent = text;
    });
  };
}

/** A field has another value: everybody who listens is told as if somebody had changed it by hand. */
export function changed(field) {
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}
