// Leaving with something unsaved: the browser asks. A script that saves a guarded form by itself says so with a
// bubbling event "saved" on it.
const dirty = new Set(document.querySelectorAll("form[data-guard][data-dirty]"));

/** The form is on its way, or saved: it needs no guard until somebody writes in it again. */
export function leave(form) {
  dirty.delete(form);
}

window.addEventListener("input", ({ target }) => {
  const form = target.closest?.("form[data-guard]");
  if (form) dirty.add(form);
});
window.addEventListener("saved", ({ target }) => leave(target));
window.addEventListener("beforeunload", (event) => {
  if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
});
