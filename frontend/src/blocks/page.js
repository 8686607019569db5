// The open editor: the savers of its forms, what happens when one has saved or cannot, and the page as it comes back from
// an action.
import { close, compare, gone } from "../autosave/compare.js";
import { Saver } from "../autosave/saver.js";
import { State } from "../autosave/state.js";
import { Journal, lasts, writer } from "../journal/journal.js";
import { actions } from "./actions.js";
import { dialogs } from "./dialogs.js";
import { drag } from "./drag.js";
import { LEFT, NotDone, page, post } from "./fetched.js";
import { keys } from "./keys.js";
import { leaving } from "./leaving.js";
import { reconcile } from "./reconcile.js";
import { recover } from "./recover.js";
import { prepare, ready, release } from "./rich.js";
import { arrivals, uploads } from "./upload.js";
import { clock, say, words } from "./words.js";
import { options } from "./writing.js";

const place = document.getElementById("blocks");
const RETRY = 30_000;

class Editor {
  constructor() {
    this.place = place;
    this.writer = writer;
    this.journal = new Journal(place.dataset.page, place.dataset.reader);
    this.savers = new Map();
    this.state = new State(this.savers, lasts);
  }

  /** Take over the forms and texts in a part of the page. */
  take(part) {
    for (const form of [...part.querySelectorAll("form[data-autosave]")]) {
      this.savers.set(form.dataset.autosave, new Saver(form, this));
    }
    for (const section of part.matches("[data-block]") ? [part] : part.querySelectorAll("[data-block]")) {
      prepare(section, options(place));
      uploads(section, this);
    }
    drag(this);
  }

  // ---- what savers tell ----

  noted(saver) {
    // what is kept on the device may be left
    if (lasts()) saver.form.dispatchEvent(new Event("saved", { bubbles: true }));
    document.getElementById("no-storage").hidden = lasts();
  }

  changed() {
    this.state.show();
    const isOver = [...this.savers.values()].some((saver) => saver.state === "signed-out");
    const notes = document.getElementById("notes");
    const note = notes.querySelector(".signed-out");
    if (isOver && !note) notes.prepend(document.getElementById("signed-out-template").content.cloneNode(true));
    if (!isOver) note?.remove();
  }

  saved(saver, answer, { recovered, reload }) {
    this.state.saved(answer.saved);
    this.state.show();
    if (!saver.isDirty) saver.form.dispatchEvent(new Event("saved", { bubbles: true }));
    close(saver.form);
    if (saver.section) {
      saver.section.dataset.digest = answer.digest;
      const preview = saver.section.querySelector(".preview");
      preview.innerHTML = answer.html;
      preview.dispatchEvent(new Event("renewed", { bubbles: true }));
    } else {
      this.#title(saver.form.elements.title.value);
    }
    this.#changedForPupils();
    this.#others(answer.others);
    if (recovered?.at) say(words("recovered", { time: clock(recovered.at) }));
    if (reload) this.renew(saver.block);
    for (const [name, other] of this.savers) if (name !== saver.block) other.retry();
  }

  stopped(saver, answer) {
    if (saver.state === "gone") {
      gone(saver.form, words("gone-known"), {
        both: () => this.#addAgain(saver),
        theirs: () => {
          saver.drop();
          return this.refresh();
        },
      });
      return;
    }
    compare(saver.form, answer, {
      mine: () => {
        close(saver.form);
        return saver.insist(answer.digest);
      },
      theirs: () => this.#takeTheirs(saver, answer),
      both: saver.section && (() => this.#addAgain(saver)),
    });
  }

  #title(title) {
    const heading = document.querySelector("[data-title]");
    document.title = document.title.replace(heading.textContent, title);
    heading.textContent = title;
  }

  #changedForPupils() {
    for (const part of document.querySelectorAll("[data-if]")) part.hidden = part.dataset.if === "published";
  }

  #others(text = "") {
    const note = document.getElementById("others");
    note.hidden = !text;
    if (note.textContent !== text) note.textContent = text;
  }

  // ---- both versions ----

  async #takeTheirs(saver, answer) {
    saver.drop();
    if (!saver.section) {
      saver.form.elements.title.value = answer.fields.title;
      saver.base = answer.digest;
      saver.acknowledged = [["title", answer.fields.title]];
      close(saver.form);
      return;
    }
    const { block } = saver;
    saver.section.dataset.digest = ""; // fetched anew
    await this.refresh();
    this.section(block)?.focus();
  }

  async #addAgain(saver) {
    const { section } = saver;
    const added = await this.add(section.dataset.kind, saver.fields(), saver.state === "gone" ? "" : saver.block);
    if (!added) return;
    saver.drop();
    section.dataset.digest = "";
    await this.refresh();
  }

  /** A new block with these fields; its section, or null if that was not done. */
  async add(kind, fields, after) {
    const data = new FormData();
    data.set("token", place.dataset.token);
    for (const [name, value] of fields) data.append(name, value);
    data.set("type", kind);
    data.set("after", after);
    const { added } = (await this.act(place.dataset.add, data)) ?? {};
    return added?.[0] ?? null;
  }

  // ---- the page as it comes back ----

  section(block) {
    return place.querySelector(`[data-block="${CSS.escape(block)}"]`);
  }

  get isDirty() {
    return [...this.savers.values()].some((saver) => saver.isDirty);
  }

  /** Everything saved, as far as that is possible now; true if it is. */
  async flush(options = {}) {
    await Promise.all([...this.savers.values()].map((saver) => saver.save(options)));
    return !this.isDirty;
  }

  /** Do what a form asks for; null, and said, if that was not possible. */
  async act(url, data) {
    await this.flush();
    try {
      const { doc, url: address } = await post(url, data);
      const result = this.#show(doc);
      // others may have added blocks, too
      const own = this.section(address.searchParams.get("open") ?? "");
      return { ...result, doc, added: own ? [own] : result.added };
    } catch (error) {
      if (!(error instanceof NotDone)) throw error;
      if (error.status !== LEFT) say(words(error.status === 401 ? "signed-out" : "not-done"));
      return null;
    }
  }

  async refresh() {
    try {
      this.#show((await page(place.dataset.edit)).doc);
    } catch (error) {
      if (!(error instanceof NotDone)) throw error;
    }
  }

  /** A block's form anew, such as with a line for the next file; open as it was, the focus where it was. */
  async renew(block, focus) {
    const section = this.section(block);
    if (!section || this.savers.get(block)?.isDirty) return;
    section.dataset.digest = "";
    await this.refresh();
    const fresh = this.section(block);
    const details = fresh?.querySelector("details.edit");
    if (!details || fresh === section) return;
    details.open = true;
    (document.getElementById(focus) ?? details.querySelector("summary")).focus();
  }

  #isBusy(section) {
    const saver = this.savers.get(section.dataset.block);
    const isWriting = section.querySelector("form[data-autosave]")?.contains(document.activeElement);
    return Boolean(saver?.isDirty || (isWriting && section.dataset.digest));
  }

  #show(doc) {
    const before = new Map([...place.querySelectorAll(":scope > [data-block]")].map((one) => [one.dataset.block, one]));
    const result = reconcile(place, doc, (section) => this.#isBusy(section));
    for (const [block, section] of before) {
      if (section.isConnected) continue;
      release(section);
      this.savers.delete(block);
    }
    for (const section of [...result.added, ...result.replaced]) this.take(section);
    drag(this);
    document.getElementById("publishing").replaceWith(doc.getElementById("publishing"));
    this.#others(doc.getElementById("others")?.textContent.trim());
    this.state.show();
    return result;
  }

  /** Open a block's form and go to its first field. */
  async write(section) {
    const details = section.querySelector("details.edit");
    const editor = section.dataset.kind === "text" ? await ready(section) : null;
    if (details) details.open = true;
    const fields = [...section.querySelectorAll("details.edit :is(input:not([type=hidden]), textarea, select)")];
    (editor ?? fields.find((field) => field.checkVisibility()) ?? section).focus();
  }
}

export function start() {
  if (!place) return;
  document.documentElement.classList.add("editing");
  const editor = new Editor();
  editor.take(document.getElementById("main"));
  const isHidden = () => document.visibilityState === "hidden";
  const retry = () => editor.savers.forEach((saver) => saver.retry());
  window.addEventListener("pagehide", () => editor.flush({ closing: true }));
  document.addEventListener("visibilitychange", () => (isHidden() ? editor.flush({ closing: true }) : retry()));
  window.addEventListener("online", retry);
  window.addEventListener("focus", retry);
  setInterval(retry, RETRY);
  document.getElementById("no-storage").hidden = lasts();
  // what sticks to the top of a text goes below what sticks to the top of the page
  const bar = document.querySelector(".editor-bar");
  new ResizeObserver(() => document.documentElement.style.setProperty("--rich-top", `${bar.offsetHeight}px`)).observe(bar);
  dialogs();
  actions(editor);
  arrivals(editor);
  keys(editor);
  leaving(editor);
  recover(editor);
  for (const details of place.querySelectorAll("details.edit[open]")) editor.write(details.closest("[data-block]"));
}
