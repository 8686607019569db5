// What a browser with scripts adds to every page; each works without.
import "./reader/resize.js";
import "./reader/focus.js";
import "./reader/weights.js";
import "./reader/forms.js";
import "./reader/choices.js";
import "./reader/embeds.js";
import "./reader/print.js";

// The teacher's table of contents brings its own.
if (document.querySelector("#contents[data-binder]")) {
  import("./contents.js").then(({ init }) => init());
}

// A page that somebody answers brings what its questions need, and saves itself.
if (document.querySelector("fieldset[data-activity]")) import("./activities/index.js");
const answers = document.querySelector("form[data-answers]");
if (answers) import("./answers/index.js").then(({ init }) => init(answers));

// An author places zones on a picture.
const zoning = document.querySelector("[data-zoning]");
if (zoning) import("./activities/parts/zones.js").then(({ init }) => init(zoning));
