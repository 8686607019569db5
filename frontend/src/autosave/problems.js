// What the server says about single fields, at the fields.
const shown = new WeakMap();

function control(form, name) {
  const found = form.elements.namedItem(name) ?? form.elements.namedItem("file");
  return found instanceof RadioNodeList ? found[0] : found;
}

function said(form, field, message) {
  const note = document.createElement("p");
  note.className = "error";
  note.textContent = message;
  const at = control(form, field);
  if (!at || at.type === "hidden") {
    form.prepend(note);
    return { note };
  }
  note.id = `${at.id}-refused`;
  at.setAttribute("aria-invalid", "true");
  at.setAttribute("aria-describedby", [at.getAttribute("aria-describedby"), note.id].filter(Boolean).join(" "));
  at.closest("p, fieldset, div")?.after(note);
  return { at, note };
}

export function show(form, problems) {
  clear(form);
  shown.set(form, problems.map(({ field, message }) => said(form, field, message)));
}

export function clear(form) {
  for (const { at, note } of shown.get(form) ?? []) {
    note.remove();
    at?.removeAttribute("aria-invalid");
    const others = (at?.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== note.id);
    if (others.length) at?.setAttribute("aria-describedby", others.join(" "));
    else at?.removeAttribute("aria-describedby");
  }
  shown.delete(form);
}
