// Words of the list go into the gaps.
import { placing } from "../parts/placing.js";

export function init(fieldset) {
  placing(fieldset);
}
