// One form that saves itself: journalled at each keystroke, sent when the writer pauses, one request at a time.
import { words } from "../blocks/words.js";
import { put, read, same, waitsForFile } from "./fields.js";
import { clear, show } from "./problems.js";
import { send } from "./send.js";

const PAUSE = 1500;
const SOON = 50;
const [FIRST_WAIT, LONGEST_WAIT] = [2000, 30_000];
/** Fields that take lines of the form out or bring them into another order. */
const RESHAPES = new Set(["out", "place"]);
/** What needs the writer, not another try. */
const STOPS = new Set(["conflict", "gone"]);

export class Saver {
  #change = 0; // counts what was typed
  #done = 0; // up to where it is acknowledged
  #inFlight = null;
  #timer = 0;
  #wait = FIRST_WAIT;
  #raw = null; // fields from the journal for which the form has no place
  #from = null; // {writer, seq}: the editor whose entry this form has taken over
  #seq = 0;

  /** host: {journal, writer, changed(saver, event), saved(saver, answer)} */
  constructor(form, host) {
    this.form = form;
    this.host = host;
    this.block = form.dataset.autosave;
    this.base = form.elements.base?.value ?? form.dataset.base;
    this.state = "saved";
    this.acknowledged = read(form);
    form.addEventListener("input", (event) => {
      if (event.target.type !== "file") this.touch();
    });
    form.addEventListener("change", ({ target }) => {
      if (target.type !== "file") this.touch();
      if (RESHAPES.has(target.name)) this.save({ now: true }).then((isDone) => isDone && host.renew(this.block, target.id));
    });
    form.addEventListener("focusout", () => this.soon(SOON));
    form.addEventListener("submit", (event) => {
      if (event.submitter?.hasAttribute("formaction")) return;
      event.preventDefault();
      this.save({ now: true });
    });
    if (form.hasAttribute("data-dirty")) this.touch({ isNew: true });
  }

  get section() {
    return this.form.closest("[data-block]");
  }

  get isDirty() {
    return this.#done < this.#change;
  }

  get isStopped() {
    return STOPS.has(this.state);
  }

  fields() {
    return this.#raw ?? read(this.form);
  }

  /** Something was typed. */
  touch({ isNew = !same(this.acknowledged, read(this.form)) } = {}) {
    if (!isNew && !this.isDirty) return;
    this.#change += 1;
    if (this.#from) this.#from = { ...this.#from, seq: this.#from.seq + 1 };
    this.#note();
    if (this.state === "saved" || this.state === "refused") this.#tell("waiting");
    this.soon(PAUSE);
  }

  /** An entry of the journal stands in this form again and is sent as its editor would have sent it. */
  recover(entry) {
    if (!put(this.form, entry.fields)) this.#raw = entry.fields;
    this.#from = { writer: entry.writer, seq: entry.seq, at: entry.at };
    this.base = entry.base;
    this.#change += 1;
    this.#tell("waiting");
    return this.save({ now: true });
  }

  soon(delay) {
    if (!this.isDirty || this.isStopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.save(), delay);
  }

  #note() {
    const { writer, seq } = this.#from ?? { writer: this.host.writer, seq: this.#seq + 1 };
    this.host.journal.keep({
      block: this.block,
      kind: this.section?.dataset.kind ?? "",
      writer,
      seq,
      base: this.base,
      fields: this.fields(),
      at: Date.now(),
    });
    setTimeout(() => this.host.noted(this)); // after other listeners to this event
  }

  /** Send what is not acknowledged; true once all of it is. now: also if it was refused before. */
  async save({ now = false, closing = false } = {}) {
    clearTimeout(this.#timer);
    if (!this.isDirty) return true;
    if (this.isStopped || (this.state === "refused" && !now)) return false;
    if (this.#inFlight && !closing) {
      await this.#inFlight;
      return now && this.isDirty && this.state !== "offline" ? this.save({ now }) : !this.isDirty;
    }
    const going = this.#send(closing);
    this.#inFlight = going;
    await going;
    if (this.#inFlight === going) this.#inFlight = null;
    return now && this.isDirty && this.state === "waiting" ? this.save({ now }) : !this.isDirty;
  }

  async #send(closing) {
    const [change, fields, from] = [this.#change, this.fields(), this.#from];
    const seq = from ? from.seq : (this.#seq += 1);
    if (!from) this.host.journal.keep(this.#entry(seq, fields));
    if (this.state !== "offline" && this.state !== "signed-out") this.#tell("saving");
    const saving = { fields, base: this.base, writer: from?.writer ?? this.host.writer, seq };
    const { status, answer } = await send(this.form, saving, { closing });
    if (change <= this.#done) return; // a later one was faster
    if (status === 200) this.#acknowledge(answer, { change, fields, from });
    else if (status === 422 && answer) this.#refuse(answer.problems, change);
    else if (status === 403 || status === 413) this.#refuse([{ field: "", message: words(`status-${status}`) }], change);
    else if (status === 409 && answer) this.#stop("conflict", answer);
    else if (status === 404) this.#stop("gone");
    else this.#later(status === 401 ? "signed-out" : "offline");
  }

  #entry(seq, fields) {
    const kind = this.section?.dataset.kind ?? "";
    return { block: this.block, kind, writer: this.host.writer, seq, base: this.base, fields, at: Date.now() };
  }

  #acknowledge(answer, { change, fields, from }) {
    this.base = answer.digest;
    if (this.form.elements.base) this.form.elements.base.value = answer.digest;
    this.#done = change;
    this.#wait = FIRST_WAIT;
    this.acknowledged = fields;
    clear(this.form);
    if (from) {
      this.host.journal.forget(this.block, from.writer);
      this.#from = null;
    }
    if (this.isDirty || waitsForFile(this.form)) this.#note();
    else this.host.journal.forget(this.block, this.host.writer);
    const raw = this.#raw;
    this.#raw = null;
    this.#tell(this.isDirty ? "waiting" : "saved");
    this.host.saved(this, answer, { recovered: from, reload: Boolean(raw) });
    this.soon(SOON);
  }

  #refuse(problems, change) {
    show(this.form, problems);
    this.message = problems.map(({ message }) => message).join(" ");
    this.#tell("refused");
    if (this.#change > change) {
      this.#tell("waiting");
      this.soon(PAUSE);
    }
  }

  #stop(state, answer) {
    this.answer = answer;
    this.#tell(state);
    this.host.stopped(this, answer);
  }

  #later(state) {
    this.#tell(state);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.save(), this.#wait);
    this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT);
  }

  /** The connection or the session may be back. */
  retry() {
    if (this.state !== "offline" && this.state !== "signed-out") return;
    this.#wait = FIRST_WAIT;
    this.save();
  }

  /** The writer has chosen mine: it replaces what stands there. */
  insist(digest) {
    this.base = digest;
    this.state = "waiting";
    return this.save({ now: true });
  }

  /** The writer has let go of what was typed here; what became of it is for the caller. */
  drop() {
    clearTimeout(this.#timer);
    this.#done = this.#change;
    this.host.journal.forget(this.block, this.host.writer);
    if (this.#from) this.host.journal.forget(this.block, this.#from.writer);
    this.#from = null;
    this.#raw = null;
    this.#tell("saved");
  }

  #tell(state) {
    this.state = state;
    this.host.changed(this);
  }
}
