// Files to hand in are sent as soon as they are chosen, dropped or pasted.
import { Arranged } from "../parts/arranged.js";
import { choosing } from "../parts/choosing.js";

export function init(fieldset) {
  const root = fieldset.querySelector(".handing");
  if (!root) return;
  choosing(root, new Arranged(root));
  const input = [...root.querySelectorAll("input[data-choose]")].at(-1);
  const take = (event, files) => {
    if (!files.length || event.defaultPrevented || !root.dataset.uploads) return;
    event.preventDefault();
    const kept = new DataTransfer();
    for (const file of files) kept.items.add(file);
    input.files = kept.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  fieldset.addEventListener("dragover", (event) => event.dataTransfer.types.includes("Files") && event.preventDefault());
  fieldset.addEventListener("drop", (event) => take(event, [...event.dataTransfer.files]));
  fieldset.addEventListener("paste", (event) => take(event, [...event.clipboardData.files]));
}
