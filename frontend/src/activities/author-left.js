// What was typed and is not saved yet is kept on the device; another visit offers to take it back. The server puts it into
// the form again, for only it knows how many rows there are.
import { fields } from "./author-live.js";
import { Journal, writer } from "../journal/journal.js";

const PAUSE = 800;

/** Sends what was kept; the answer is the form with it. */
function back(form, kept) {
  const again = document.createElement("form");
  again.method = "post";
  again.action = form.getAttribute("action"); // form.action would be its buttons
  const all = [...kept, ["action", "back"], ["token", form.elements.token.value]];
  for (const [name, value] of all) {
    again.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  document.body.append(again);
  again.submit();
}

/** What editors that are closed have left; what the server has taken since is forgotten. */
async function leftOf(journal, block, stamp) {
  const found = (await journal.left()).filter((entry) => entry.block === block);
  const taken = found.filter(({ sent }) => sent && sent !== stamp);
  for (const { writer: by } of taken) journal.forget(block, by);
  return found.filter((entry) => !taken.includes(entry));
}

async function offer(form, journal, block) {
  const left = await leftOf(journal, block, form.dataset.stamp);
  if (!left.length) return;
  const note = document.getElementById("left").content.firstElementChild.cloneNode(true);
  const forget = () => {
    for (const entry of left) journal.forget(block, entry.writer);
    note.remove();
  };
  note.querySelector("[data-left=forget]").addEventListener("click", forget);
  note.querySelector("[data-left=back]").addEventListener("click", () => {
    forget();
    back(form, left.at(-1).fields);
  });
  form.before(note);
}

export function journal(form) {
  const { page, question, reader, type, stamp } = form.dataset;
  const kept = new Journal(`question/${page}`, reader);
  const block = question === "new" ? `new-${type}` : question;
  let timer = 0;
  let seq = 0;
  const keep = (sent = "") => {
    clearTimeout(timer);
    seq += 1;
    const typed = [...fields(form)].filter(([name]) => name !== "token");
    kept.keep({ block, kind: "question", writer, seq, base: "", fields: typed, sent, at: Date.now() });
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE);
  });
  form.addEventListener("submit", ({ submitter }) => {
    clearTimeout(timer);
    // what is saved is kept until the next visit shows that it has arrived; else the page that comes keeps it
    if (["save", "keep"].includes(submitter?.value ?? "save")) keep(stamp);
    else kept.forget(block, writer);
  });
  if (form.hasAttribute("data-dirty")) keep(); // the server shows again what is not stored
  else offer(form, kept, block);
}
