// Foreign markup as an inert document. A strict Content-Security-Policy reports each style attribute, <style> and event
// handler even there, so they are renamed before they are parsed: `style` becomes `data-style`, `<style>` a script that
// is none. Nothing rests on this for safety; what slips through is only reported.

const TAG = /<([a-z][^\s/>"']*)((?:"[^"]*"|'[^']*'|[^"'>])*)>/gi;
const ATTRIBUTE = /([^\s"'>/=]+)((?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?)/g;
const STYLE = /<style\b[^>]*>([\s\S]*?)<\/style\s*>/gi;
const KEPT = '<script type="text/x-style">$1</script>';

/** A document made of markup. */
export function parse(html) {
  const attributes = (rest) => rest.replace(ATTRIBUTE, (_all, name, value) => `${/^(style|on\w+)$/i.test(name) ? "data-" : ""}${name}${value}`);
  const renamed = html
    .replace(STYLE, KEPT)
    .replace(TAG, (_tag, name, rest) => `<${/^style$/i.test(name) ? "x-style" : name}${attributes(rest)}>`);
  return new DOMParser().parseFromString(renamed, "text/html");
}

/** The rules in the document's style blocks. */
export const rules = (document) => [...document.querySelectorAll("script[type='text/x-style']")].map((block) => block.textContent).join("\n");
