// Forms: nothing unsaved is left by mistake, nothing is sent twice. Listeners stand at the window, so that forms that
// other scripts put in later are guarded as well, and what those scripts send themselves is left to them.
import { leave } from "./unsaved.js";

const PAUSE = 5000;

// The teacher's choice goes to the platform by itself.
for (const form of document.querySelectorAll("form[data-submit]")) form.submit();

window.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const form = event.target;
  leave(form);
  // A second click does nothing visible; the server counts only the first anyway.
  if (form.hasAttribute("data-sent")) {
    event.preventDefault();
    return;
  }
  form.setAttribute("data-sent", "");
  event.submitter?.setAttribute("aria-disabled", "true");
  setTimeout(() => {
    form.removeAttribute("data-sent");
    event.submitter?.removeAttribute("aria-disabled");
  }, PAUSE);
});
