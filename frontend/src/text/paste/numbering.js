// The sign before a list's item: is it a number, and which?

const ROMAN = { i: 1, v: 5, x: 10, l: 50, c: 100, d: 500, m: 1000 };

function roman(word) {
  let total = 0;
  for (let at = 0; at < word.length; at += 1) {
    const value = ROMAN[word[at]];
    total += value < (ROMAN[word[at + 1]] ?? 0) ? -value : value;
  }
  return total;
}

/** The number that a sign stands for ("3.", "1.2.3", "c)", "iv."), or null if it is none. */
export function numberOf(sign, format = "") {
  const word = sign.replace(/[\s\u00a0]+/g, "").replace(/^[([]|[)\].°:-]+$/g, "").toLowerCase();
  const digits = word.match(/(?:^|\.)(\d{1,4})$/);
  if (digits) return Number(digits[1]);
  if (!/^[a-z]{1,7}$/.test(word)) return null;
  const isRoman = /^[ivxlcdm]+$/.test(word);
  if (isRoman && (/roman/.test(format) || word.length > 1 || (word === "i" && !/alpha/.test(format)))) return roman(word);
  return word.length === 1 && word !== "o" ? word.charCodeAt(0) - 96 : /alpha/.test(format) && word.length === 1 ? 15 : null;
}

/** {ordered, number} of an item, from its sign and the format the document names. */
export function numbering(sign, format = "") {
  if (/bullet|image/.test(format)) return { ordered: false, number: null };
  const number = numberOf(sign, format);
  if (format && format !== "none") return { ordered: true, number };
  return { ordered: number !== null, number };
}
