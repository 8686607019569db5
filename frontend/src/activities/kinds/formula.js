import { init as echo } from "../echo.js";
import { init as letters } from "../letters.js";

/** Signs that a keyboard may lack, and what is read while one types. */
export function init(fieldset) {
  letters(fieldset);
  echo(fieldset);
}
