// One form of a part's own page, over the table of contents: what a link with "…" leads to, without leaving the list.
export function dialogs() {
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("#contents .menu a[href*='/place#']");
    const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!link || !isPlain) return;
    event.preventDefault();
    const part = await fetched(link).catch(() => null);
    if (part) open(part, link.closest("details"));
    else location.assign(link.href);
  });
}

async function fetched(link) {
  const answer = await fetch(link.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.getElementById(link.hash.slice(1));
}

function open(part, menu) {
  const dialog = document.createElement("dialog");
  dialog.className = "place-dialog";
  const heading = part.querySelector("h2");
  heading.id = "place-dialog-title";
  dialog.setAttribute("aria-labelledby", heading.id);
  const form = part.querySelector("form");
  form.setAttribute("data-contents", "");
  const cancel = document.createElement("button");
  cancel.type = "button";
  cancel.textContent = document.getElementById("contents").dataset.cancel;
  cancel.addEventListener("click", () => dialog.close());
  form.querySelector(".actions").append(" ", cancel);
  dialog.append(...part.childNodes);
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (menu?.isConnected) menu.querySelector("summary").focus();
  });
  // the list is shown anew by whoever listens to forms; the dialog has done its part
  form.addEventListener("submit", () => setTimeout(() => dialog.close()));
  document.body.append(dialog);
  dialog.showModal();
}
