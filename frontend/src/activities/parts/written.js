// A text that a learner writes: as words, or as HTML where an editor stands over its field.
const ENDS = /<\/(?:p|h[345]|li|td|th|tr|pre|blockquote)>|<br>/g;

/** The hidden field that says what a text is. */
export const formatOf = (area) => area.form?.elements[area.name.replace(/\.text$/, ".format")] ?? null;

/** Words of HTML. */
export const wordsOfHtml = (html) => new DOMParser().parseFromString(html.replace(ENDS, " $&"), "text/html").body.textContent;

/** The words in a field, whatever stands over it. */
export const plainly = (area) => (formatOf(area)?.value === "html" ? wordsOfHtml(area.value) : area.value);
