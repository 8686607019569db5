// Items go up and down.
import { moving } from "../parts/moving.js";

export function init(fieldset) {
  moving(fieldset);
}
