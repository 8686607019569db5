// A learner's page of questions saves itself: journalled on the device at each change, sent when they pause. Without this
// script the same form has its buttons.
import { Journal, lasts, writer } from "../journal/journal.js";
import { put, read, same } from "../autosave/fields.js";
import { countdown } from "./clock.js";
import { conflict, recovered } from "./panel.js";
import { Saver } from "./saver.js";
import { State } from "./state.js";

const BLOCK = "answers";

export function init(form) {
  const journal = new Journal(form.dataset.answers, form.dataset.reader);
  const state = new State(form, lasts);
  const clock = countdown(form);
  const saver = new Saver(form, {
    writer,
    keep: (entry) => journal.keep({ ...entry, block: BLOCK, kind: "answers", writer }),
    forget: () => journal.forget(BLOCK, writer),
    told: (name, details) => state.show(name, details),
    saved: (answer) => clock?.set(answer.remaining),
    conflict: (answer) => conflict(form, answer, saver),
    over: () => location.assign(form.getAttribute("action")),
  });
  clock?.whenOver(() => saver.save({ now: true }).finally(() => location.assign(form.getAttribute("action"))));
  takeUp(form, journal, saver);
  handIn(form, saver, state);
  leaving(saver);
}

// What an earlier visit to this page could not send is sent now, or shown beside what the server has.
async function takeUp(form, journal, saver) {
  for (const entry of await journal.left()) {
    const now = read(form);
    if (same(now, entry.fields)) journal.forget(entry.block, entry.writer);
    else if (String(entry.base) === form.elements.seq.value && put(form, entry.fields)) {
      saver.touch();
      if (await saver.save({ now: true })) journal.forget(entry.block, entry.writer);
    } else {
      put(form, now);
      recovered(form, entry, {
        take() {
          put(form, entry.fields);
          saver.touch();
          return saver.save({ now: true }).then(() => journal.forget(entry.block, entry.writer));
        },
        drop: () => journal.forget(entry.block, entry.writer),
      });
    }
  }
}

// A hand-in waits for the saving that is under way, so that it is never its own rival.
function handIn(form, saver, state) {
  let ready = false;
  form.addEventListener(
    "submit",
    async (event) => {
      if (ready || event.submitter?.hasAttribute("formaction")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const { submitter } = event;
      await saver.settle();
      await new Promise((done) => setTimeout(done)); // a browser sends no form while it still tells of the last try
      if (saver.state === "offline") state.sayNow();
      ready = true;
      form.requestSubmit(submitter);
      ready = false;
    },
    { capture: true },
  );
}

function leaving(saver) {
  const last = () => saver.save({ now: true, closing: true });
  addEventListener("pagehide", last);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && last());
  addEventListener("online", () => saver.retry());
  addEventListener("focus", () => saver.retry());
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
}
