// A text with gaps: the selected words become a gap by a button, an extra over the brackets that one may type.
import { editorOf } from "./author-texts.js";

const [BEFORE, AFTER] = ["[[", "]]"];
const WORD = /[\p{L}\p{N}_’'-]/u;

/** Why these words cannot be a gap: one of them is, or they stand in one. */
function check(text, from, to) {
  const [head, words, tail] = [text.slice(0, from), text.slice(from, to), text.slice(to)];
  const isInside = head.lastIndexOf(BEFORE) > head.lastIndexOf(AFTER) && tail.includes(AFTER);
  return isInside || words.includes(BEFORE) || words.includes(AFTER) ? "already" : "";
}

/** Signs that mean something between the brackets. */
const written = (words) => words.replace(/[\\|[\]]/g, "\\$&");

/** The same in the field, where there is no editor. */
function inField(area) {
  const { value } = area;
  let [from, to] = [area.selectionStart, area.selectionEnd];
  if (from === to) {
    while (from && WORD.test(value[from - 1])) from -= 1;
    while (to < value.length && WORD.test(value[to])) to += 1;
  }
  while (from < to && /\s/.test(value[from])) from += 1;
  while (to > from && /\s/.test(value[to - 1])) to -= 1;
  const words = value.slice(from, to);
  const reason = from === to ? "none" : /[\n<>]/.test(words) ? "across" : check(value, from, to);
  if (reason) return { words: "", reason };
  area.setRangeText(BEFORE + written(words) + AFTER, from, to, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.focus();
  return { words, reason: "" };
}

export function gaps(form) {
  const [place, area] = [form.querySelector("[data-gap-maker]"), form.elements.html];
  if (!place || !area) return;
  const said = place.querySelector("[data-gap-said]");
  place.hidden = false;
  place.querySelector("button").addEventListener("click", () => {
    const editor = editorOf(area);
    const { words, reason } = editor ? editor.surround({ before: BEFORE, after: AFTER, check, written }) : inField(area);
    said.textContent = "";
    requestAnimationFrame(() => {
      said.textContent = place.dataset[reason || "made"].replace("{words}", words);
    });
  });
}
