// Dragging a block by its handle: an extra over the buttons, and the same action.
import { words } from "./words.js";

let dragged = null;

function handle(section) {
  const made = document.createElement("span");
  made.className = "drag";
  made.draggable = true;
  made.title = words("drag", { place: section.dataset.place });
  made.setAttribute("aria-hidden", "true");
  made.textContent = "⠿";
  made.addEventListener("dragstart", (event) => {
    dragged = section;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/x-classeur-block", section.dataset.block);
    event.dataTransfer.setDragImage(section, 0, 0);
  });
  made.addEventListener("dragend", () => {
    dragged = null;
    mark(null);
  });
  return made;
}

function mark(section, isAfter) {
  for (const one of document.querySelectorAll(".drop-before, .drop-after")) {
    one.classList.remove("drop-before", "drop-after");
  }
  section?.classList.add(isAfter ? "drop-after" : "drop-before");
}

const lower = (section, event) => {
  const box = section.getBoundingClientRect();
  return event.clientY > box.top + box.height / 2;
};

function drop(section, isAfter) {
  const [from, over] = [dragged, section].map((one) => Number(one.dataset.place));
  const to = over + (isAfter ? 1 : 0) - (from < over + (isAfter ? 1 : 0) ? 1 : 0);
  const form = dragged.querySelector("form[data-act=place]");
  if (to === from || !form) return;
  form.elements.place.value = String(to);
  form.requestSubmit(form.querySelector("button"));
}

/** Give a handle to the blocks that have none. */
export function drag(editor) {
  for (const section of editor.place.querySelectorAll(":scope > [data-block]")) {
    if (!section.querySelector(":scope > .block-top > .drag")) section.querySelector(".block-top").prepend(handle(section));
  }
  if (editor.isDragReady) return;
  editor.isDragReady = true;
  editor.place.addEventListener("dragover", (event) => {
    const section = dragged && event.target.closest("[data-block]");
    if (!section) return;
    event.preventDefault();
    mark(section, lower(section, event));
  });
  editor.place.addEventListener("drop", (event) => {
    const section = dragged && event.target.closest("[data-block]");
    if (!section) return;
    event.preventDefault();
    drop(section, lower(section, event));
    mark(null);
  });
}
