// Dragging a block by its handle, with mouse, pen or finger: an extra over the buttons, and the same action.
import { words } from "./words.js";

const EDGE = 60;
const STEP = 12;

function mark(section, isAfter) {
  for (const one of document.querySelectorAll(".drop-before, .drop-after")) {
    one.classList.remove("drop-before", "drop-after");
  }
  section?.classList.add(isAfter ? "drop-after" : "drop-before");
}

/** The block under the pointer, and whether it is in its lower half. */
function under(x, y) {
  const section = document.elementFromPoint(x, y)?.closest("#blocks > [data-block]");
  if (!section) return null;
  const box = section.getBoundingClientRect();
  return { section, isAfter: y > box.top + box.height / 2 };
}

function drop(dragged, { section, isAfter }) {
  const [from, over] = [dragged, section].map((one) => Number(one.dataset.place));
  const behind = over + (isAfter ? 1 : 0);
  const to = behind - (from < behind ? 1 : 0);
  const form = dragged.querySelector("form[data-act=place]");
  if (to === from || !form) return;
  form.elements.place.value = String(to);
  form.requestSubmit(form.querySelector("button"));
}

function scroll(y) {
  if (y < EDGE) window.scrollBy(0, -STEP);
  else if (y > window.innerHeight - EDGE) window.scrollBy(0, STEP);
}

function follow(handle, section, begun) {
  let place = null;
  const move = ({ clientX, clientY }) => {
    scroll(clientY);
    place = under(clientX, clientY);
    mark(place?.section, place?.isAfter);
  };
  const stop = (isDropped) => {
    ending.abort();
    mark(null);
    section.classList.remove("dragged");
    if (isDropped && place) drop(section, place);
  };
  const ending = new AbortController();
  const { signal } = ending;
  handle.setPointerCapture(begun.pointerId);
  section.classList.add("dragged");
  handle.addEventListener("pointermove", move, { signal });
  handle.addEventListener("pointerup", () => stop(true), { signal });
  handle.addEventListener("pointercancel", () => stop(false), { signal });
  document.addEventListener("keydown", ({ key }) => key === "Escape" && stop(false), { signal });
}

function handle(section) {
  const made = document.createElement("span");
  made.className = "drag";
  made.title = words("drag", { place: section.dataset.place });
  made.setAttribute("aria-hidden", "true");
  made.textContent = "⠿";
  made.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    follow(made, section, event);
  });
  return made;
}

/** Give a handle to the blocks that have none. */
export function drag(editor) {
  for (const section of editor.place.querySelectorAll(":scope > [data-block]")) {
    if (!section.querySelector(":scope > .block-top > .drag")) section.querySelector(".block-top").prepend(handle(section));
  }
}
