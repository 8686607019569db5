// The row of letters below the boxes.
export { init } from "../letters.js";
