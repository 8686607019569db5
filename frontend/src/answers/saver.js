// The answers of one attempt on their way to the server: one request at a time, each with all answers of the page.
import { read, same } from "../autosave/fields.js";
import { clear, show } from "../autosave/problems.js";

const PATIENCE = 20_000;
const KEEPALIVE_MOST = 60_000;
const [SOON, PAUSE] = [50, 2000];
const [FIRST_WAIT, LONGEST_WAIT] = [2000, 30_000];
/** Kinds of input whose change is an answer at once. */
const CHOSEN = "input[type=radio], input[type=checkbox], select";

export class Saver {
  #change = 0; // counts what was changed
  #done = 0; // up to where it is acknowledged
  #going = null;
  #timer = 0;
  #wait = FIRST_WAIT;

  /** host: {writer, keep, forget, told, saved, conflict, over} */
  constructor(form, host) {
    this.form = form;
    this.host = host;
    this.state = "saved";
    this.acknowledged = read(form);
    form.addEventListener("input", ({ target }) => target.type !== "file" && this.touch(target.matches(CHOSEN) ? SOON : PAUSE));
    form.addEventListener("focusout", () => this.soon(SOON));
    if (form.hasAttribute("data-dirty")) this.touch();
  }

  get isDirty() {
    return this.#done < this.#change;
  }

  get #seq() {
    return this.form.elements.seq;
  }

  touch(delay = PAUSE) {
    if (same(this.acknowledged, read(this.form)) && !this.isDirty && !this.form.hasAttribute("data-dirty")) return;
    this.#change += 1;
    this.host.keep({ seq: this.#change, base: this.#seq.value, fields: read(this.form), at: Date.now() });
    if (this.state === "saved" || this.state === "refused") this.#tell("waiting");
    this.soon(delay);
  }

  soon(delay) {
    if (!this.isDirty || this.state === "conflict") return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.save(), delay);
  }

  /** Wait until nothing is under way; true if all is acknowledged. */
  async settle() {
    clearTimeout(this.#timer);
    while (this.#going) await this.#going;
    return !this.isDirty;
  }

  /** Send what is not acknowledged; true once all of it is. */
  async save({ now = false, closing = false } = {}) {
    clearTimeout(this.#timer);
    if (!this.isDirty) return true;
    if (this.state === "conflict" || (this.state === "refused" && !now)) return false;
    if (this.#going && closing) return false; // its answer will not be read; the journal has the rest
    if (this.#going) await this.#going;
    if (!this.isDirty) return true;
    this.#going = this.#send(closing);
    await this.#going;
    this.#going = null;
    return !this.isDirty;
  }

  async #send(closing) {
    const [change, fields] = [this.#change, read(this.form)];
    if (this.state !== "offline" && this.state !== "signed-out") this.#tell("saving");
    const { status, answer } = await this.#post(fields, closing);
    if (status === 200 && answer) this.#acknowledge(answer, change, fields);
    else if (status === 409 && answer?.reason) this.#over(answer);
    else if (status === 409 && answer) this.#conflict(answer);
    else if (status === 422 && answer) this.#refuse(answer.problems, change);
    else this.#later(status === 401 || status === 403 ? "signed-out" : "offline");
  }

  async #post(fields, closing) {
    const body = new FormData();
    for (const name of ["token", "revision", "number", "seq"]) body.set(name, this.form.elements[name].value);
    for (const [name, value] of fields) if (!body.has(name) || name.includes(".")) body.append(name, value);
    body.set("writer", this.host.writer);
    body.set("action", "save");
    const weight = new Blob(fields.flat()).size;
    try {
      const response = await fetch(this.form.getAttribute("action"), {
        method: "POST",
        body,
        headers: { Accept: "application/json" },
        keepalive: closing && weight < KEEPALIVE_MOST,
        signal: AbortSignal.timeout(PATIENCE),
      });
      const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
      if (response.ok && !isJson) return { status: 0 }; // a proxy's page is no acknowledgement
      return { status: response.status, answer: isJson ? await response.json() : null };
    } catch {
      return { status: 0 };
    }
  }

  #acknowledge(answer, change, fields) {
    this.#seq.value = answer.seq;
    this.#done = change;
    this.#wait = FIRST_WAIT;
    this.acknowledged = fields;
    this.form.removeAttribute("data-dirty");
    clear(this.form);
    if (this.isDirty) this.host.keep({ seq: this.#change, base: answer.seq, fields: read(this.form), at: Date.now() });
    else {
      this.host.forget();
      this.form.dispatchEvent(new Event("saved", { bubbles: true }));
    }
    this.#tell(this.isDirty ? "waiting" : "saved", { saved: answer.saved });
    this.host.saved(answer);
    if (answer.problems?.length) show(this.form, answer.problems);
    this.soon(SOON);
  }

  #refuse(problems, change) {
    show(this.form, problems);
    this.#tell("refused", { message: problems.map(({ message }) => message).join(" ") });
    if (this.#change > change) this.soon(PAUSE);
  }

  #conflict(answer) {
    this.#tell("conflict");
    this.host.conflict(answer);
  }

  #over(answer) {
    this.#tell("over", { message: answer.message });
    this.host.over(answer);
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

  /** The learner has chosen what stands here: it replaces what was saved elsewhere. */
  insist(seq) {
    this.#seq.value = seq;
    this.#tell("waiting");
    return this.save({ now: true });
  }

  /** The learner has chosen what was saved elsewhere. */
  drop() {
    this.#done = this.#change;
    this.host.forget();
    this.form.dispatchEvent(new Event("saved", { bubbles: true }));
  }

  #tell(state, details = {}) {
    this.state = state;
    this.host.told(state, details);
  }
}
