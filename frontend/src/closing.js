// A page that a platform has opened for one thing, and that is done: the platform is asked to close it.
// https://www.imsglobal.org/spec/lti-dr/v1p0#step-4-registration-completed-and-activation
const place = window.parent !== window ? window.parent : window.opener;
for (const button of document.querySelectorAll("[data-close]")) {
  if (!place) continue;
  button.hidden = false;
  // nothing but a word: whoever holds the page may hear it
  button.addEventListener("click", () => place.postMessage({ subject: button.dataset.close }, "*"));
}
