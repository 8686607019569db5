// The rich text editor over the form's texts: made when somebody is about to write there, one at a time.
const NEAR = "200px";

const mounted = new WeakMap(); // textarea → its editor, once it is there

async function mount(form, area) {
  if (mounted.has(area)) return;
  mounted.set(area, null);
  const [{ caretOf, mount: open }, { asHtml, options }] = await Promise.all([import("../text/index.js"), import("../blocks/writing.js")]);
  const caret = caretOf(area);
  area.value = asHtml(area);
  const editor = open(area, { ...options(form), caret });
  if (editor.element) mounted.set(area, editor);
}

/** The editor over a textarea; none as long as it is not made. */
export const editorOf = (area) => mounted.get(area) ?? null;

/** Those in sight at once, the others when they come near; who writes already goes on there. */
export function texts(form) {
  const areas = [...form.querySelectorAll("textarea[data-rich=block]")];
  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        mount(form, target);
      }
    },
    { rootMargin: NEAR },
  );
  for (const area of areas) near.observe(area);
}
