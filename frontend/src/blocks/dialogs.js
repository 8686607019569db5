// The dialogs: the shortcuts, and the list of kinds, in which one searches, goes up and down, and chooses. It is the form
// that without scripts stands below the blocks.
import { words } from "./words.js";

const RECENT = "classeur:kinds";
const MOST_RECENT = 3;
const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function recent() {
  try {
    return JSON.parse(localStorage.getItem(RECENT)) ?? [];
  } catch {
    return [];
  }
}

function used(kind) {
  try {
    localStorage.setItem(RECENT, JSON.stringify([kind, ...recent().filter((one) => one !== kind)].slice(0, MOST_RECENT)));
  } catch {
    // only a comfort
  }
}

function closing(dialog) {
  let opener = null;
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "done" && opener?.isConnected) opener.focus();
    dialog.returnValue = "";
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
  });
  return (from) => {
    opener = from;
    dialog.showModal();
  };
}

function kinds(dialog, form) {
  const search = dialog.querySelector("#add-search");
  const list = form.querySelector(".kinds");
  const original = [...list.children];
  const button = (item) => item.querySelector("button");
  const shown = () => [...list.children].filter((item) => !item.hidden).map(button);

  function find() {
    const sought = fold(search.value.trim());
    for (const item of list.children) item.hidden = !fold(item.textContent).includes(sought);
    dialog.querySelector("[data-none]").hidden = shown().length > 0;
  }
  function sort() {
    const order = recent();
    const rank = (item) => (order.includes(button(item).value) ? order.indexOf(button(item).value) : MOST_RECENT);
    list.append(...[...original].sort((one, other) => rank(one) - rank(other)));
  }
  function step(event) {
    const [all, by] = [shown(), { ArrowDown: 1, ArrowUp: -1 }[event.key]];
    if (event.key === "Enter" && event.target === search) {
      event.preventDefault();
      all[0]?.click();
    }
    if (!by || !all.length) return;
    event.preventDefault();
    const next = all.indexOf(document.activeElement) + by;
    (next < 0 ? search : all[Math.min(next, all.length - 1)]).focus();
  }
  search.addEventListener("input", find);
  dialog.addEventListener("keydown", step);
  form.addEventListener("submit", ({ submitter }) => used(submitter.value));
  return () => {
    search.value = "";
    sort();
    find();
    search.focus();
  };
}

export function dialogs() {
  const [add, keys] = ["add-dialog", "keys-dialog"].map((id) => document.getElementById(id));
  const form = document.getElementById("add-form");
  const openKeys = closing(keys);
  const openAdd = closing(add);
  const behind = form.elements.after ?? hidden(form);
  const ending = document.createElement("button");
  ending.type = "button";
  ending.className = "primary add-end";
  ending.textContent = words("add");
  ending.dataset.behind = "";
  add.querySelector("[data-form]").append(form);
  const begin = kinds(add, form);
  const section = document.getElementById("add");
  section.querySelector("h2").classList.add("visually-hidden");
  section.append(ending);
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open=keys-dialog], .plus a, .add-end");
    if (!opener) return;
    event.preventDefault();
    if (opener.dataset.open) return openKeys(opener);
    const after = opener.closest("[data-behind]").dataset.behind;
    if (behind.tagName === "SELECT" && ![...behind.options].some(({ value }) => value === after)) {
      behind.add(new Option(after, after));
    }
    behind.value = after;
    openAdd(opener);
    return begin();
  });
}

function hidden(form) {
  const made = document.createElement("input");
  made.type = "hidden";
  made.name = "after";
  form.append(made);
  return made;
}
