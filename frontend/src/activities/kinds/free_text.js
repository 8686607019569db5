// How many words there are: always to be seen, said only when something changes for the learner.
import { voice, wordsOf } from "../parts/words.js";

const WORD = /[\p{L}\p{N}_]+(?:[’'-][\p{L}\p{N}_]+)*/gu;
const PAUSE = 1200;
/** So few words before the end are told. */
const NEARLY = 20;

export function init(fieldset) {
  const [area, place] = [fieldset.querySelector("textarea"), fieldset.querySelector("[data-count]")];
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
  const count = () => area.value.match(WORD)?.length ?? 0;
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
