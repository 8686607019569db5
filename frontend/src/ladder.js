// A browser that keeps no cookies for us: the other ways to show that the launch comes back to where it began.
import { climb } from "./ladder/climb.js";
import { confirm } from "./ladder/confirm.js";

const page = document.querySelector("[data-ladder]");
if (page) climb(page);
const form = document.querySelector("form[data-confirm]");
if (form) confirm(form);
