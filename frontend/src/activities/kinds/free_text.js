// How many words there are: always to be seen, said only when something changes for the learner. Where emphasis and lists are
// asked for, the text editor stands over the field; what is sent is then HTML, and says so.
import { formatOf, plainly } from "../parts/written.js";
import { voice, wordsOf } from "../parts/words.js";

const WORD = /[\p{L}\p{N}_]+(?:[’'-][\p{L}\p{N}_]+)*/gu;
const PAUSE = 1200;
/** So few words before the end are told. */
const NEARLY = 20;

/** The server draws a formula; without it LaTeX is to be seen. */
async function mathml(area, latex) {
  const data = new FormData();
  data.set("token", area.form.elements.token.value);
  data.set("latex", latex);
  const response = await fetch(area.dataset.maths, { method: "POST", body: data, headers: { Accept: "application/json" } });
  if (!response.ok && response.status !== 422) throw new Error(response.status);
  return response.ok ? (await response.json()).mathml : "";
}

function styles({ dataset }) {
  if (document.querySelector(`link[href="${CSS.escape(dataset.styles)}"]`)) return;
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: dataset.styles }));
}

/** The editor over the field; the field as it was, if that cannot be had. */
async function rich(fieldset, area) {
  const format = formatOf(area);
  const asRich = (asHtml) => {
    if (format.value === "html") return;
    area.value = asHtml(area);
    format.value = "html";
  };
  try {
    const [{ caretOf, mount }, { asHtml }] = await Promise.all([import("../../text/index.js"), import("../../blocks/writing.js")]);
    styles(area);
    const before = area.value;
    area.addEventListener("rich:reload", () => asRich(asHtml)); // before the editor's own
    const caret = caretOf(area);
    asRich(asHtml);
    const labels = JSON.parse(fieldset.querySelector("[data-labels]").content.querySelector("script").textContent);
    const editor = mount(area, { caret, labels, mathml: area.dataset.maths && ((latex) => mathml(area, latex)) });
    if (!editor.element) [area.value, format.value] = [before, ""];
  } catch {
    // no network: words alone
  }
}

export function init(fieldset) {
  const [area, place] = [fieldset.querySelector("textarea"), fieldset.querySelector("[data-count]")];
  if (area?.dataset.rich) rich(fieldset, area);
  if (!area || !place) return;
  const [least, most] = [Number(place.dataset.least), Number(place.dataset.most)];
  const [words, say] = [wordsOf(place), voice(place)];
  const shown = place.querySelector("[data-words]");
  const number = (count) => count.toLocaleString(document.documentElement.lang);

  const state = (count) => {
    if (most && count > most) return ["over", count - most];
    if (least && count < least) return ["missing", least - count];
    if (most && most - count <= NEARLY) return ["nearly", most - count];
    return [least ? "enough" : "", 0];
  };
  const count = () => plainly(area).match(WORD)?.length ?? 0;
  let before = state(count())[0];
  let timer = 0;

  const tell = () => {
    const many = count();
    const [key, left] = state(many);
    const plain = many ? (many === 1 ? "one" : "many") : "none";
    const name = key && (many || key !== "missing") ? key : plain;
    shown.textContent = words(name, { count: number(many), left: number(left) });
    clearTimeout(timer);
    if (key === before) return;
    timer = setTimeout(() => {
      before = key;
      if (key) say(words(key, { count: number(many), left: number(left) }));
    }, PAUSE);
  };
  area.addEventListener("input", tell);
  area.addEventListener("rich:reload", tell);
  place.hidden = false;
  tell();
}
