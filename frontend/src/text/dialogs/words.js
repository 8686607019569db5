// Marks on words that need a value: their language, an abbreviation in full.
import { openDialog } from "../dialog.js";

const TAUGHT = "fr en es de it pt la grc el ar he ru pl tr zh ja ko vi nl ro br oc ca eu co gsw rcf gcf".split(" ");

/** Languages by their names in the language of the page. */
function languages(chosen) {
  const tags = TAUGHT.includes(chosen) || !chosen ? TAUGHT : [chosen, ...TAUGHT];
  const names = new Intl.DisplayNames([document.documentElement.lang || "fr"], { type: "language", fallback: "code" });
  return tags.map((tag) => [tag, names.of(tag)]).sort(([, one], [, other]) => one.localeCompare(other));
}

async function ask({ editor, t, back }, mark, settings) {
  const range = editor.state.selection.empty;
  const answer = await openDialog({ cancel: t("cancel"), ...settings });
  back();
  if (!answer) return;
  const chain = range ? editor.chain().extendMarkRange(mark) : editor.chain();
  const attributes = answer.action === "remove" ? null : settings.read(answer.values);
  (attributes ? chain.setMark(mark, attributes) : chain.unsetMark(mark)).run();
}

/** Ask which language the selected words are in. */
export function languageDialog(context) {
  const { editor, t } = context;
  const { lang = "" } = editor.getAttributes("language");
  return ask(context, "language", {
    title: t("language"),
    fields: [{ name: "lang", label: t("languageChoice"), hint: t("languageHint"), type: "select", value: lang ?? "", options: [["", t("languageNone")], ...languages(lang)] }],
    submit: t("save"),
    read: (values) => (values.lang ? { lang: values.lang } : null),
  });
}

/** Ask what an abbreviation stands for. */
export function abbreviationDialog(context) {
  const { editor, t } = context;
  const { title } = editor.getAttributes("abbreviation");
  return ask(context, "abbreviation", {
    title: t("abbreviation"),
    fields: [{ name: "title", label: t("expansion"), value: title ?? "" }],
    submit: t("save"),
    actions: editor.isActive("abbreviation") ? [{ value: "remove", label: t("remove") }] : [],
    check: (values) => (values.title ? {} : { title: t("expansionMissing") }),
    read: ({ title: words }) => ({ title: words }),
  });
}
