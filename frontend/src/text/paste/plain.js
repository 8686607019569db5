// Plain text: an empty line ends a paragraph, lines that begin alike with a sign are a list.

const ITEM = /^\s*(?:([-*•–·▪◦‣])|(\d{1,3})[.)])[\s\u00a0]+(?=\S)/;

function sign(line) {
  const found = line.match(ITEM);
  return found && { ordered: Boolean(found[2]), number: Number(found[2] ?? 1), text: line.slice(found[0].length) };
}

function list(document, items) {
  const element = document.createElement(items[0].ordered ? "ol" : "ul");
  if (items[0].ordered && items[0].number !== 1) element.setAttribute("start", items[0].number);
  for (const { text } of items) {
    const item = document.createElement("li");
    item.textContent = text.trim();
    element.append(item);
  }
  return element;
}

function paragraph(document, lines) {
  const element = document.createElement("p");
  lines.forEach((line, at) => element.append(...(at ? [document.createElement("br")] : []), line));
  return element;
}

/** Is this line an item, and the one before or after it as well? */
function itemAt(lines, at) {
  const here = sign(lines[at]);
  if (!here) return null;
  const beside = [lines[at - 1], lines[at + 1]].some((line) => line !== undefined && sign(line)?.ordered === here.ordered);
  return beside ? here : null;
}

/** Plain text as a <div> of paragraphs and lists. */
export function fromPlain(text, document) {
  const root = document.createElement("div");
  for (const part of text.replace(/\r\n?/g, "\n").split(/\n[ \t\u00a0]*(?:\n[ \t\u00a0]*)+/)) {
    const lines = part.split("\n").map((line) => line.replace(/\t/g, " ").trimEnd());
    let open = { list: false, of: [] };
    const close = () => {
      if (open.of.length) root.append(open.list ? list(document, open.of) : paragraph(document, open.of));
      open = { list: false, of: [] };
    };
    lines.forEach((line, at) => {
      const item = itemAt(lines, at);
      if (Boolean(item) !== open.list || (item && open.of.length && open.of[0].ordered !== item.ordered)) close();
      open.list = Boolean(item);
      if (item || line.trim() || open.of.length) open.of.push(item ?? line);
    });
    close();
  }
  return root;
}
