// What a question's form gets from scripts.
import { live } from "./author-live.js";
import { gaps } from "./author-gaps.js";
import { journal } from "./author-left.js";
import { texts } from "./author-texts.js";

/** @param {HTMLFormElement} form of a question, with its addresses in data attributes. */
export function start(form) {
  form.classList.add("live");
  texts(form);
  gaps(form);
  live(form);
  journal(form);
}
