// The rich text editor over the form's texts: made when somebody is about to write there, one at a time.
const NEAR = "200px";

const mounted = new WeakSet();

async function mount(form, area, { focus }) {
  if (mounted.has(area)) return;
  mounted.add(area);
  const [{ mount: open }, { asHtml, options }] = await Promise.all([import("../text/index.js"), import("../blocks/writing.js")]);
  const [start, end] = [area.selectionStart, area.value.length];
  area.value = asHtml(area);
  const editor = open(area, options(form));
  if (focus && start <= end) editor.focus();
}

/** Those in sight at once, the others when they come near; one that is pressed before that keeps the focus. */
export function texts(form) {
  const areas = [...form.querySelectorAll("textarea[data-rich=block]")];
  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        mount(form, target, { focus: target === document.activeElement });
      }
    },
    { rootMargin: NEAR },
  );
  for (const area of areas) near.observe(area);
}
