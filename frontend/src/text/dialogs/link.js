// A link: its text, and an address or a page of the binder.
import { getMarkRange } from "@tiptap/core";
import { TextSelection } from "@tiptap/pm/state";
import { openDialog } from "../dialog.js";

const VAGUE =
  /^(?:(?:cliquer?|cliquez|clique|appuyez) +)?(?:ici|là)$|^(?:cliquer?|cliquez|clique|appuyez)\b.{0,12}$|^(?:en savoir plus|lire la suite|voir( plus)?|plus d[’']infos?|lien|ce lien|suite|(?:click|tap) here|here|this|(?:this )?link|(?:read|learn|see) more|more)$/i;

/** Does a link's text tell nothing when read alone? */
export const isVague = (text) => VAGUE.test(text.trim().replace(/[\s\u00a0]+/g, " ").replace(/[.…!>» ]+$/u, ""));

/** What was typed as an address that can be stored; null if it cannot. */
export function address(typed) {
  const value = typed.trim();
  if (/^(https?:\/\/|mailto:|tel:)\S+$/i.test(value)) return value;
  if (/^[^\s@:/]+@[^\s@:/]+\.[^\s@:/]+$/.test(value)) return `mailto:${value}`;
  if (/^\+?[\d .()-]{6,20}$/.test(value)) return `tel:${value.replace(/[^\d+]/g, "")}`;
  if (/^[\p{L}\d-]+(\.[\p{L}\d-]+)+([/?#:]\S*)?$/iu.test(value)) return `https://${value}`;
  return null;
}

/** The link at the selection, or what is selected. */
function target(state) {
  const { selection, schema } = state;
  const range = getMarkRange(selection.$from, schema.marks.link);
  const { from, to } = range && (selection.empty || (selection.from >= range.from && selection.to <= range.to)) ? range : selection;
  const href = range ? state.doc.resolve(from).nodeAfter?.marks.find(({ type }) => type.name === "link")?.attrs.href : null;
  return { from, to, href: href ?? null, text: state.doc.textBetween(from, to, " ", (leaf) => leaf.type.spec.leafText?.(leaf) ?? ""), bare: isBare(state.doc, from, to) };
}

function isBare(doc, from, to) {
  let bare = doc.resolve(from).sameParent(doc.resolve(to));
  doc.nodesBetween(from, to, (node) => {
    if (node.isInline && !node.isText) bare = false;
  });
  return bare;
}

function setup(dialog, t) {
  const { to, page, web, text } = dialog.inputs;
  const rows = dialog.rows;
  const show = () => {
    rows.page.hidden = to ? to.value !== "page" : true;
    rows.web.hidden = to ? to.value === "page" : false;
  };
  const warn = () => {
    const vague = text && text.value && isVague(text.value);
    const said = vague ? t("linkVague") : "";
    if (dialog.status.textContent !== said) dialog.status.textContent = said;
    dialog.status.classList.toggle("warn", Boolean(vague));
  };
  to?.addEventListener("change", show);
  text?.addEventListener("input", warn);
  if (!page) rows.page = { hidden: true };
  web.setAttribute("autocomplete", "off");
  show();
  warn();
}

/** Ask for a link and put it in. */
export async function linkDialog({ editor, t, options, back }) {
  const { from, to, href, text, bare } = target(editor.state);
  const pages = options.pages ? await Promise.resolve(options.pages()).catch(() => null) : [];
  const onPage = href?.startsWith("page:") ? href.slice(5) : null;
  const known = pages ?? [];
  const choices = onPage && !known.some(({ id }) => id === onPage) ? [{ id: onPage, title: onPage }, ...known] : known;
  const fields = [
    ...(bare ? [{ name: "text", label: t("linkText"), value: text }] : []),
    ...(choices.length ? [{ name: "to", label: t("linkTo"), type: "select", value: onPage ? "page" : "web", options: [["web", t("linkWeb")], ["page", t("linkPage")]] }] : []),
    { name: "web", label: t("linkAddress"), hint: pages ? t("linkAddressHint") : `${t("linkAddressHint")} ${t("linkPagesNone")}`, value: onPage ? "" : (href ?? ""), attributes: { inputmode: "url" } },
    ...(choices.length ? [{ name: "page", label: t("linkPage"), type: "select", value: onPage ?? "", options: [["", "–"], ...choices.map(({ id, title }) => [id, title])] }] : []),
  ];
  const answer = await openDialog({
    title: t("link"),
    fields,
    submit: t(href ? "save" : "insert"),
    cancel: t("cancel"),
    actions: href ? [{ value: "remove", label: t("linkRemove") }] : [],
    setup: (dialog) => setup(dialog, t),
    check: (values) => problems(values, { t, bare, href }),
  });
  back();
  if (!answer) return;
  const { tr, schema } = editor.state;
  if (answer.action === "remove") {
    editor.view.dispatch(tr.removeMark(from, to, schema.marks.link));
    return;
  }
  const link = schema.marks.link.create({ href: answer.values.to === "page" ? `page:${answer.values.page}` : stored(answer.values.web, href) });
  let end = to;
  if (bare && answer.values.text !== text.trim()) {
    const marks = (editor.state.doc.resolve(from).nodeAfter?.marks ?? editor.state.selection.$from.marks()).filter(({ type }) => type !== schema.marks.link);
    tr.replaceWith(from, to, schema.text(answer.values.text, marks));
    end = from + answer.values.text.length;
  }
  tr.addMark(from, end, link).setSelection(TextSelection.create(tr.doc, end)).removeStoredMark(schema.marks.link);
  editor.view.dispatch(tr.scrollIntoView());
}

const stored = (typed, before) => (typed === before ? before : address(typed));

function problems({ text, to, web, page }, { t, bare, href }) {
  const found = {};
  if (bare && !text) found.text = t("linkTextMissing");
  if (to === "page") {
    if (!page) found.page = t("linkPageMissing");
  } else if (!web) found.web = t("linkAddressMissing");
  else if (!stored(web, href)) found.web = t("linkAddressBad");
  return found;
}
