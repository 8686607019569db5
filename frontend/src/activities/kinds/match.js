// What stands on the right goes to the lines on the left.
import { placing } from "../parts/placing.js";

export function init(fieldset) {
  placing(fieldset);
}
