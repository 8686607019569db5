// What another site shows: a link, which works without scripts, and a button that loads it here – nothing is asked of
// that site before somebody presses it. In the page: <div class="embed" data-embed-src="https://…" data-embed-title="…">.
const { body, documentElement: root } = document;

/** The address, if it is one that a frame may hold: sandboxed scripts of our own origin could leave their frame. */
function foreign(text) {
  if (!URL.canParse(text)) return null;
  const address = new URL(text);
  return address.protocol === "https:" && address.origin !== location.origin ? address : null;
}

function frame(address, title, referrer) {
  const made = document.createElement("iframe");
  made.title = title;
  made.setAttribute("sandbox", "allow-scripts allow-same-origin allow-popups allow-presentation");
  made.referrerPolicy = referrer === "strict-origin" ? referrer : "no-referrer";
  made.allowFullscreen = true;
  made.loading = "lazy";
  made.src = address.href;
  return made;
}

let notes = 0;

function offer(place) {
  const address = foreign(place.dataset.embedSrc);
  if (!address || place.querySelector(":scope > :is(button, iframe)")) return;
  const title = place.dataset.embedTitle || address.hostname;
  const words = { title, host: address.hostname };
  const button = document.createElement("button");
  button.type = "button";
  button.lang = root.lang; // the page around it is in the language of its author
  button.textContent = (body.dataset.embedShow ?? "{title}").replace(/\{(title|host)\}/g, (_, name) => words[name]);
  const note = place.querySelector(".embed-note");
  if (note) {
    note.id ||= `embed-note-${(notes += 1)}`;
    button.setAttribute("aria-describedby", note.id);
  }
  button.addEventListener("click", () => {
    const made = frame(address, title, place.dataset.embedReferrer);
    button.replaceWith(made);
    note?.remove();
    made.focus();
  });
  place.prepend(button);
}

/** Give every embed its button. */
function offerAll(within) {
  within.querySelectorAll(".embed[data-embed-src]").forEach(offer);
}

offerAll(document);
// a script that puts content into the page says so with a bubbling event "renewed" on what holds it
window.addEventListener("renewed", ({ target }) => offerAll(target));
