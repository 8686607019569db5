// Formulas as the server draws them; as LaTeX until they are there.

import { parse } from "./paste/parse.js";

const MATHML = "http://www.w3.org/1998/Math/MathML";
const known = new Map();

/** The <math> in an answer, without anything that could run or lead away; null if there is none. */
export function mathIn(markup) {
  const math = parse(markup).querySelector("math");
  if (!math) return null;
  for (const element of [math, ...math.querySelectorAll("*")]) {
    if (element.namespaceURI !== MATHML) {
      element.replaceWith(element.textContent);
      continue;
    }
    for (const { name } of [...element.attributes]) {
      if (/^(on|xlink:|href$|(data-)?style$|src$|actiontype$)/i.test(name)) element.removeAttribute(name);
    }
  }
  return document.importNode(math, true);
}

/**
 * A function draw(latex, element, wanted) → Promise<boolean>: shows the formula in the element, its LaTeX where there
 * is no MathML; `wanted()` says whether it is still to be shown.
 */
export function drawing(mathml) {
  return async (latex, element, wanted = () => element.title === latex) => {
    if (!known.has(latex) || !element.childNodes.length) element.textContent = latex;
    if (!mathml) return true;
    if (!known.has(latex)) known.set(latex, Promise.resolve().then(() => mathml(latex)).then(mathIn));
    try {
      const math = await known.get(latex);
      if (math && wanted()) element.replaceChildren(math.cloneNode(true));
      return Boolean(math);
    } catch {
      known.delete(latex); // perhaps the network: the next time asks again
      return false;
    }
  };
}
