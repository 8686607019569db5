// Formulas and pictures in the line, and the place of a picture that is still being sent.
import { Node } from "@tiptap/core";

const RESOURCE = /^resource:[0-9a-f-]{36}$/i;

/** A formula; `show(latex, element)` draws it. */
export const formula = ({ show, label, edit }) =>
  Node.create({
    name: "formula",
    priority: 200,
    group: "inline",
    inline: true,
    atom: true,
    addAttributes: () => ({
      latex: { default: "", rendered: false, parseHTML: (element) => element.getAttribute("data-math") || element.textContent },
    }),
    parseHTML: () => [{ tag: "span[data-math]" }],
    renderHTML: ({ node }) => ["span", { "data-math": node.attrs.latex }, node.attrs.latex],
    renderText: ({ node }) => node.attrs.latex,
    addNodeView: () => ({ node }) => {
      const dom = document.createElement("span");
      dom.className = "rich-formula";
      dom.contentEditable = "false";
      const draw = ({ attrs }) => {
        dom.setAttribute("role", "img");
        dom.setAttribute("aria-label", `${label} ${attrs.latex}`);
        dom.title = attrs.latex;
        show(attrs.latex, dom);
      };
      dom.addEventListener("dblclick", edit);
      draw(node);
      return {
        dom,
        ignoreMutation: () => true,
        update(next) {
          if (next.type !== node.type) return false;
          if (next.attrs.latex !== node.attrs.latex) draw(next);
          node = next;
          return true;
        },
      };
    },
  });

/** A picture of the binder; `fileUrl(resource)` says where its file is. */
export const picture = ({ fileUrl, edit }) =>
  Node.create({
    name: "picture",
    group: "inline",
    inline: true,
    draggable: true,
    addAttributes: () => ({ src: { default: null }, alt: { default: "" } }),
    parseHTML: () => [{ tag: "img[src]", getAttrs: (element) => (RESOURCE.test(element.getAttribute("src")) ? null : false) }],
    renderHTML: ({ node }) => ["img", { src: node.attrs.src, alt: node.attrs.alt ?? "" }],
    renderText: ({ node }) => node.attrs.alt ?? "",
    addNodeView: () => ({ node }) => {
      const dom = document.createElement("img");
      const draw = ({ attrs }) => {
        const address = fileUrl(attrs.src.slice("resource:".length));
        if (address) dom.src = address;
        dom.alt = attrs.alt ?? "";
      };
      dom.addEventListener("dblclick", edit);
      draw(node);
      return {
        dom,
        update(next) {
          if (next.type !== node.type) return false;
          draw(next);
          node = next;
          return true;
        },
      };
    },
  });

/** The place of a picture to come. It is never written out. */
export const pending = ({ label }) =>
  Node.create({
    name: "pending",
    priority: 300,
    group: "inline",
    inline: true,
    atom: true,
    selectable: false,
    addAttributes: () => ({ id: { default: "", parseHTML: (element) => element.dataset.pending, renderHTML: ({ id }) => ({ "data-pending": id }) } }),
    parseHTML: () => [{ tag: "span[data-pending]" }],
    renderHTML: ({ HTMLAttributes }) => ["span", HTMLAttributes],
    renderText: () => "",
    addNodeView: () => () => {
      const dom = document.createElement("span");
      dom.className = "rich-pending";
      dom.textContent = label;
      dom.contentEditable = "false";
      return { dom };
    },
  });
