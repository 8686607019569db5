// A question's form: rich text where it is written, what answers are worth while one types, and a journal of the device
// for what is not saved yet. Everything works without this script, by buttons.
import { start } from "./activities/author.js";

for (const form of document.querySelectorAll("form[data-question]")) start(form);
