// A category is picked once, then every line that belongs to it is pressed.
import { placing } from "../parts/placing.js";

export function init(fieldset) {
  placing(fieldset);
}
