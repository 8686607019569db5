// Before the platform is asked: which way does this browser keep the secret of a login?
import { PlatformStorage } from "./platform.js";

const show = (page, name, is = true) => page.querySelector(`[data-${name}]`).toggleAttribute("hidden", !is);

/** Have the server begin the login in this way. */
async function begin(page, binding) {
  const fields = new URLSearchParams(new FormData(page.querySelector("form[data-window]")));
  const response = await fetch(page.dataset[binding], { method: "POST", body: fields, credentials: "include" });
  if (!response.ok) throw new Error(`begin: ${response.status}`);
  return response.json();
}

async function byStorage(page) {
  const storage = new PlatformStorage(page.dataset.target, page.dataset.origin);
  if (!(await storage.isOffered())) return false;
  const { url, key, value } = await begin(page, "storage");
  await storage.put(key, value);
  if ((await storage.get(key)) !== value) return false;
  window.location.replace(url);
  return true;
}

async function mayAsk() {
  if (!document.requestStorageAccess || window.parent === window) return false;
  const state = await navigator.permissions?.query({ name: "storage-access" }).catch(() => null);
  return state?.state !== "denied";
}

/** By the browser's own cookies, which it lends us: at once if it has been asked before, else by a button. */
async function byAccess(page) {
  await document.requestStorageAccess();
  const { url } = await begin(page, "access");
  window.location.replace(url);
}

function offerAccess(page) {
  show(page, "here");
  page.querySelector("[data-allow]").addEventListener("click", () => {
    byAccess(page).catch(() => show(page, "refused"));
  });
}

/** The window is opened by hand, so that we see whether the browser let it. */
function openWindow(page) {
  const form = page.querySelector("form[data-window]");
  form.addEventListener("submit", (event) => {
    const name = `classeur-${crypto.randomUUID()}`;
    const opened = window.open("about:blank", name);
    show(page, "blocked", !opened);
    show(page, "opened", Boolean(opened));
    if (opened) form.target = name;
    else event.preventDefault();
  });
}

export async function climb(page) {
  openWindow(page);
  show(page, "trying");
  show(page, "choices", false);
  const done = await byStorage(page).catch(() => false);
  if (done) return;
  show(page, "trying", false);
  show(page, "choices");
  if (await mayAsk()) offerAccess(page);
}
