// The texts' editors, in place of their preview and form: made when they come near the window or are pressed, one at a
// time, so that a page of thirty stays quick on a phone. Until then the text is there to read.
import { asHtml } from "./writing.js";

const NEAR = "600px";
const editors = new WeakMap(); // section → its editors
const waiting = new WeakMap(); // section → what makes them

const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting) whenIdle(() => ready(target));
    }
  },
  { rootMargin: NEAR },
);

const whenIdle = (act) => (window.requestIdleCallback ? requestIdleCallback(act, { timeout: 1000 }) : setTimeout(act));

/** Prepare the texts of a block: a block of text is its editor; in others they stand in the form that one opens. */
export function prepare(section, options) {
  const areas = [...section.querySelectorAll("textarea[data-rich]")];
  if (!areas.length) return;
  const details = section.querySelector("details.edit");
  waiting.set(section, () => Promise.all(areas.map((area) => make(area, options))));
  if (section.dataset.kind === "text") {
    section.querySelector(".preview").addEventListener("click", () => ready(section).then((editor) => editor?.focus?.()));
    near.observe(section);
  } else if (details.open) {
    ready(section);
  } else {
    details.addEventListener("toggle", () => ready(section), { once: true });
  }
}

/** The first editor of a section, once it is there; undefined if it has none. */
export async function ready(section) {
  const begin = waiting.get(section);
  waiting.delete(section);
  near.unobserve(section);
  if (begin) {
    editors.set(section, begin());
    await editors.get(section);
    if (section.dataset.kind === "text") {
      section.querySelector("details.edit").open = true;
      section.classList.add("live");
    }
  }
  return (await editors.get(section))?.[0];
}

async function make(area, options) {
  const { caretOf, mount } = await import("../text/index.js");
  const caret = caretOf(area);
  area.value = asHtml(area);
  return mount(area, { ...options, caret });
}

/** The block leaves the page. */
export async function release(section) {
  waiting.delete(section);
  near.unobserve(section);
  for (const editor of (await editors.get(section)) ?? []) editor?.destroy?.();
  editors.delete(section);
}
