// Two have written in one block, or the block is gone: both versions stand there until the writer chooses. What is typed
// meanwhile goes into the journal as ever.
const clone = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

/** Behind what it stands: the preview of a block, or the title's form itself. */
const anchor = (form) => form.closest(".block-forms") ?? form;

function put(form, made, choices) {
  close(form);
  anchor(form).before(made);
  for (const button of made.querySelectorAll("[data-keep]")) {
    const act = choices[button.dataset.keep];
    if (act) button.addEventListener("click", () => act());
    else button.hidden = true;
  }
}

export function close(form) {
  const before = anchor(form).previousElementSibling;
  if (before?.matches(".compare")) before.remove();
}

/** choices: {mine, theirs, both}; those that are missing are not offered. */
export function compare(form, { html, difference }, choices) {
  const made = clone("compare-template");
  made.querySelector("[data-theirs]").innerHTML = html;
  if (difference) {
    made.querySelector("[data-difference]").hidden = false;
    made.querySelector("[data-difference-html]").innerHTML = difference;
  }
  put(form, made, choices);
}

export function gone(form, words, choices) {
  const made = clone("gone-template");
  made.querySelector("[data-words]").textContent = words;
  put(form, made, choices);
}

/** An entry of the journal whose block is no longer there. */
export function orphan(place, words, fields, choices) {
  const made = clone("gone-template");
  made.querySelector("[data-words]").textContent = words;
  for (const [, value] of fields.filter(([, text]) => text.trim())) {
    const quote = document.createElement("pre");
    quote.textContent = value;
    made.querySelector(".actions").before(quote);
  }
  for (const button of made.querySelectorAll("[data-keep]")) {
    button.addEventListener("click", async () => {
      if (await choices[button.dataset.keep]()) made.remove();
    });
  }
  place.append(made);
}
