// What an element's style attribute (see parse.js) says about its text.

/** The declarations of a style attribute, names in lower case. */
export function declarations(element) {
  const found = {};
  for (const part of (element.getAttribute("data-style") ?? element.getAttribute("style") ?? "").split(";")) {
    const colon = part.indexOf(":");
    if (colon > 0) found[part.slice(0, colon).trim().toLowerCase()] = part.slice(colon + 1).trim();
  }
  return found;
}

const bold = (value) => /^(bold|bolder|[6-9]00)/i.test(value);
const WEIGHT = /^(normal|lighter|bold|bolder|[1-9]00)/i;

/** {mark: true | false} as far as the style sets or unsets a mark. */
export function styledMarks(element) {
  const style = declarations(element);
  const marks = {};
  const weight = style["font-weight"] ?? fontShorthand(style.font, WEIGHT);
  if (weight && WEIGHT.test(weight)) marks.strong = bold(weight);
  const slant = style["font-style"];
  if (slant) marks.em = /italic|oblique/i.test(slant);
  const line = `${style["text-decoration"] ?? ""} ${style["text-decoration-line"] ?? ""} ${style["text-underline"] ?? ""}`;
  if (/underline|single|words|double/i.test(line)) marks.u = true;
  if (/line-through/i.test(line)) marks.s = true;
  if (/^super/i.test(style["vertical-align"] ?? "")) marks.sup = true;
  if (/^sub/i.test(style["vertical-align"] ?? "")) marks.sub = true;
  return marks;
}

function fontShorthand(value, pattern) {
  return value?.split(/\s+/).find((word) => pattern.test(word) && !/^\d+$/.test(word));
}

/** Does the style hide the element? */
export function isHidden(element) {
  const style = declarations(element);
  return /^none/i.test(style.display ?? "") || /^all/i.test(style["mso-hide"] ?? "");
}
