// A binder's table of contents: what is done to it is done without leaving it; chapters fold; pages can be dragged.
// Every form works without this.

import { dialogs } from "./contents/dialog.js";

const KEY = "classeur.folded.";

// What a device remembers; a frame may be refused that.
function remembered(binder) {
  try {
    return new Set(JSON.parse(localStorage.getItem(KEY + binder) ?? "[]"));
  } catch {
    return new Set();
  }
}

function remember(binder, folded) {
  try {
    localStorage.setItem(KEY + binder, JSON.stringify([...folded]));
  } catch {
    // then it is open again next time
  }
}

function foldable(nav) {
  const folded = remembered(nav.dataset.binder);
  for (const part of nav.querySelectorAll("[data-fold]")) {
    const id = part.dataset.fold;
    const title = part.querySelector(":scope > .head .title");
    const inside = part.querySelector(":scope > .inside");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "fold";
    button.setAttribute("aria-controls", inside.id);
    title.replaceWith(button);
    button.append(title);
    const show = (open) => {
      button.setAttribute("aria-expanded", String(open));
      inside.hidden = !open;
    };
    show(!folded.has(id));
    button.addEventListener("click", () => {
      const open = inside.hidden;
      show(open);
      folded[open ? "delete" : "add"](id);
      remember(nav.dataset.binder, folded);
    });
  }
}

// What an address points at is never folded away.
function unfold(element) {
  for (let part = element?.closest("[data-fold]"); part; part = part.parentElement.closest("[data-fold]")) {
    const button = part.querySelector(":scope > .head .fold");
    if (button?.getAttribute("aria-expanded") === "false" && element !== part) button.click();
  }
}

function counting(form) {
  const told = form.querySelector("[data-count]");
  const words = told.textContent;
  const show = () => {
    const count = document.querySelectorAll(".pick:checked").length;
    form.classList.toggle("some", count > 0);
    form.hidden = count === 0;
    told.textContent =
      count > 1 ? told.dataset.many.replace("{count}", count) : count ? told.dataset.one : words;
  };
  document.getElementById("contents").addEventListener("change", show);
  show();
}

function draggable(nav, act) {
  let dragged = null;
  let place = null;
  const mark = (row, where) => {
    nav.querySelectorAll(".drop-before, .drop-after, .drop-in").forEach((it) =>
      it.classList.remove("drop-before", "drop-after", "drop-in"),
    );
    if (row) row.classList.add(`drop-${where}`);
  };
  for (const row of nav.querySelectorAll(".leaf")) {
    const grip = document.createElement("span");
    grip.className = "grip";
    grip.draggable = true;
    grip.title = nav.dataset.grip;
    row.firstElementChild.prepend(grip);
  }
  nav.addEventListener("dragstart", (event) => {
    if (!event.target.classList?.contains("grip")) return;
    dragged = event.target.closest(".leaf");
    dragged.classList.add("dragged");
    event.dataTransfer.setData("text/plain", dragged.id);
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setDragImage(dragged, 0, 0);
  });
  nav.addEventListener("dragover", (event) => {
    if (!dragged) return;
    const row = event.target.closest(".leaf");
    const head = event.target.closest(".head");
    place = null;
    if (row && row !== dragged) {
      const box = row.firstElementChild.getBoundingClientRect();
      const before = event.clientY < box.top + box.height / 2;
      let above = before ? row.previousElementSibling : row;
      if (above === dragged) above = dragged.previousElementSibling;
      place = above ? `after ${above.id}` : `in ${row.closest("[data-fold]").id}`;
      mark(row, before ? "before" : "after");
    } else if (head) {
      place = `in ${head.parentElement.id}`;
      mark(head.parentElement, "in");
    } else {
      mark(null);
    }
    if (place) event.preventDefault();
  });
  nav.addEventListener("drop", (event) => {
    if (!dragged || !place) return;
    event.preventDefault();
    send(act, new URLSearchParams({ do: `move ${dragged.id}`, to: place }));
  });
  nav.addEventListener("dragend", () => {
    dragged?.classList.remove("dragged");
    dragged = null;
    mark(null);
  });
}

let busy = false;

// Send what a form says, and show the page that comes of it in place of this one.
async function send(form, more, pressed) {
  if (busy) return;
  busy = true;
  document.body.classList.add("busy");
  const body = new URLSearchParams(new FormData(form, pressed));
  more?.forEach((value, name) => body.set(name, value));
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    if (!answer.headers.get("Content-Type")?.startsWith("text/html")) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.getElementById("screen")) throw new Error(answer.status);
    show(page, answer, body.get("do") ?? "", pressed);
  } catch {
    // the browser's own way tells what is wrong
    more?.forEach((value, name) => {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      form.append(field);
    });
    form.removeAttribute("data-contents");
    form.requestSubmit(pressed);
  } finally {
    busy = false;
    document.body.classList.remove("busy");
  }
}

function show(page, answer, done, pressed) {
  const ticked = done.endsWith(" ticked")
    ? []
    : [...document.querySelectorAll(".pick:checked")].map((it) => it.value);
  document.getElementById("screen").replaceWith(page.getElementById("screen"));
  for (const box of document.querySelectorAll(".pick")) box.checked = ticked.includes(box.value);
  const trouble = page.getElementById("problems");
  document.getElementById("problems")?.remove();
  document.getElementById("said").replaceChildren(...page.getElementById("said").childNodes);
  if (trouble) document.getElementById("said").before(trouble);
  if (answer.redirected) history.replaceState(null, "", answer.url);
  furnish();
  const name = new URL(answer.url).searchParams.get("part");
  const row = name && document.getElementById(name);
  unfold(row);
  focusAfter(row, done, pressed, trouble);
}

// Focus goes where it was, or to what was made, or to the button that undoes.
function focusAfter(row, done, pressed, trouble) {
  const same = [...document.querySelectorAll("button[name=do]")].find((it) => it.value === done);
  const inMenu = pressed?.closest(".menu");
  const target =
    trouble ??
    document.querySelector("#said .undo") ??
    (same && !same.disabled && !inMenu ? same : null) ??
    row?.querySelector(inMenu ? ".menu > summary" : ".move:not(:disabled)") ??
    document.querySelector("#said .dismiss");
  row?.scrollIntoView({ block: "nearest" });
  target?.focus({ preventScroll: Boolean(row) });
}

function furnish() {
  const nav = document.getElementById("contents");
  const act = document.getElementById("act");
  foldable(nav);
  draggable(nav, act);
  const form = document.getElementById("ticked");
  if (form) counting(form);
}

export function init() {
  const nav = document.getElementById("contents");
  if (!nav?.dataset.binder) return;
  furnish();
  dialogs();
  if (location.hash) unfold(document.getElementById(location.hash.slice(1)));

  // A page that comes with something to say: said once more, for those who only hear.
  const said = document.getElementById("said");
  if (said.childElementCount) {
    const words = [...said.childNodes];
    said.replaceChildren();
    setTimeout(() => said.replaceChildren(...words), 100);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.hasAttribute("data-contents") || ["move ticked", "schedule ticked"].includes(event.submitter?.value)) return;
    event.preventDefault();
    send(form, null, event.submitter);
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("#said .dismiss")) return;
    event.preventDefault();
    said.replaceChildren();
    history.replaceState(null, "", location.pathname);
    document.getElementById("main").focus({ preventScroll: true });
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest?.("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
