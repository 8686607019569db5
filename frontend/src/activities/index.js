// What scripts add to questions, one module for each type; each question works without. A type without a module needs none.
const known = new Set(
  "categorize cloze drawing file_upload formula free_text hotspot label_image match numeric order recording short_answer".split(" "),
);

for (const fieldset of document.querySelectorAll("fieldset[data-activity]")) {
  const { activity } = fieldset.dataset;
  if (known.has(activity)) import(`./kinds/${activity}.js`).then(({ init }) => init(fieldset));
}
