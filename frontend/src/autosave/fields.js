// A form's fields as the journal keeps them: [name, value] in order, without what the page itself puts in.
const OURS = new Set(["token", "base", "writer", "seq", "action"]);

export function read(form) {
  return [...new FormData(form)].filter(([name, value]) => !OURS.has(name) && typeof value === "string");
}

/** Put them back; true if the form had a place for each of them. */
export function put(form, fields) {
  const left = new Map();
  for (const [name, value] of fields) left.set(name, [...(left.get(name) ?? []), value]);
  for (const control of form.elements) {
    if (!control.name || OURS.has(control.name) || ["file", "submit", "button"].includes(control.type)) continue;
    const values = left.get(control.name) ?? [];
    if (control.type === "checkbox" || control.type === "radio") {
      control.checked = values.includes(control.value);
      if (control.checked) values.splice(values.indexOf(control.value), 1);
    } else if (values.length) {
      control.value = values.shift();
      control.dispatchEvent(new Event("rich:reload"));
    }
  }
  return same(read(form), fields);
}

export const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

const OF_FILES = ["credit", "licence", "licence_other"];

/** Whether author or licence of a file stand here that is not chosen yet: the server cannot keep them without it. */
export function waitsForFile(form) {
  const resources = [...form.querySelectorAll("[name=resource]")];
  const isWaiting = (one, at) => one.value.trim() && resources[at] && !resources[at].value;
  return OF_FILES.some((name) => [...form.querySelectorAll(`[name=${name}]`)].some(isWaiting));
}
