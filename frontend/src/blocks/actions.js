// The blocks' actions without leaving the page: the same forms, sent by this script; what was done is said, and the focus
// goes to where one works on.
import { say, words } from "./words.js";

const at = (section, total) => ({ place: section.dataset.place, total });

/** What each action says and where the focus goes. done: what `Editor.act` gives; section: the block it was done to. */
const AFTER = {
  up: (editor, done, from, section) => moved(editor, from, section, "up", "down"),
  down: (editor, done, from, section) => moved(editor, from, section, "down", "up"),
  place: (editor, done, from, section) => moved(editor, from, section),
  duplicate(editor, { added }) {
    say(words("duplicated", at(added[0], count(editor))));
    added[0].focus();
  },
  back(editor, { added }) {
    if (!added[0]) return;
    say(words("restored", at(added[0], count(editor))));
    added[0].focus();
  },
  async add(editor, { added }) {
    if (!added[0]) return;
    say(words("added", at(added[0], count(editor))));
    added[0].scrollIntoView({ block: "nearest" });
    await editor.write(added[0]);
  },
};

const count = (editor) => editor.place.querySelectorAll(":scope > [data-block]").length;

function moved(editor, from, section, ...controls) {
  if (!section.isConnected) return;
  say(words("moved", { from, ...at(section, count(editor)) }));
  section.scrollIntoView({ block: "nearest" });
  if (section.querySelector(".block-forms")?.contains(document.activeElement)) return;
  const button = controls.map((act) => section.querySelector(`[data-act="${act}"] button`)).find(Boolean);
  (button ?? section).focus({ preventScroll: true });
}

/** Where a block stood, until the message is dismissed: the way to put it back. */
function offerUndo(editor, doc, behind) {
  const note = document.importNode(doc.querySelector("[data-undo]"), true);
  note.dataset.behind = behind;
  note.removeAttribute("data-focus");
  const dismiss = document.createElement("button");
  dismiss.type = "button";
  dismiss.className = "small quiet";
  dismiss.textContent = words("dismiss");
  dismiss.addEventListener("click", () => {
    const next = note.nextElementSibling ?? editor.place;
    note.remove();
    next.querySelector("a, button")?.focus();
  });
  note.append(dismiss);
  const before = editor.section(behind);
  const plus = before ? before.nextElementSibling : editor.place.querySelector(":scope > .plus");
  if (plus) plus.after(note);
  else editor.place.prepend(note);
  say(words("removed"));
  note.querySelector("button").focus();
}

let underWay = Promise.resolve();

/** One action after the other: each starts from the page that the one before has left. */
function inTurn(act) {
  underWay = underWay.then(act, act);
  return underWay;
}

async function run(editor, form, submitter) {
  const { act } = form.dataset;
  const section = form.closest("[data-block]");
  const from = section?.dataset.place;
  const behind = section?.matches("[data-block] ~ [data-block]") ? previous(section) : "-";
  const done = await editor.act(form.getAttribute("action"), new FormData(form, submitter));
  if (!done) return;
  if (act === "remove") offerUndo(editor, done.doc, behind);
  else if (act === "back") form.closest("[data-undo]")?.remove();
  await AFTER[act]?.(editor, done, from, section);
}

function previous(section) {
  let node = section.previousElementSibling;
  while (node && !node.dataset.block) node = node.previousElementSibling;
  return node?.dataset.block ?? "-";
}

export function actions(editor) {
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || !event.target.matches("[data-act]")) return;
    event.preventDefault();
    const { target: form, submitter } = event;
    form.closest("dialog")?.close("done");
    form.closest("details.more")?.removeAttribute("open");
    inTurn(() => run(editor, form, submitter));
  });
}
