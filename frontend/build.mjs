// Bundles src/reader.js (every page), src/editor.js (the page editor), src/author.js (a question's form) and src/ladder.js
// (launches without cookies) and src/closing.js (pages that a platform opened for one thing) into lti/static/dist.
// node build.mjs [folder [metafile]]: another folder than that, and what went in, for the tests.
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const OUT = resolve(process.argv[2] ?? join(HERE, "../lti/static/dist"));
const ENTRIES = ["reader.js", "editor.js", "author.js", "ladder.js", "closing.js"];
// what a page of Classeur may pass on to its readers
const LICENCES = new Set(["MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "Apache-2.0"]);

// Each entry by itself: together they would share a chunk of esbuild's own helpers, one more request a page. So no
// entry may import another's modules; they speak by events.
const builds = await Promise.all(
  ENTRIES.map((name) =>
    build({
      absWorkingDir: HERE,
      entryPoints: [`src/${name}`],
      outdir: OUT,
      bundle: true,
      splitting: true,
      format: "esm",
      target: "es2022",
      minify: true,
      entryNames: "[name]-[hash]",
      chunkNames: "[name]-[hash]",
      legalComments: "none", // the licences stand in third-party.txt
      logLevel: "warning",
      metafile: true,
      write: false,
    }),
  ),
).catch(() => process.exit(1)); // esbuild has said why

const outputs = Object.assign({}, ...builds.map(({ metafile }) => metafile.outputs));
const written = Object.fromEntries(Object.entries(outputs).map(([path, output]) => [basename(path), output]));

/** The chunks a browser fetches before the file runs, each once. */
function chunks(file, found = new Set()) {
  for (const { path, kind } of written[file].imports) {
    const name = basename(path);
    if (kind !== "import-statement" || found.has(name)) continue;
    found.add(name);
    chunks(name, found);
  }
  return [...found].sort();
}

function manifest() {
  const entries = Object.entries(written).filter(([, { entryPoint }]) => entryPoint);
  const named = ENTRIES.map((name) => {
    const [file] = entries.find(([, { entryPoint }]) => entryPoint === `src/${name}`);
    return [name, { file, imports: chunks(file) }];
  });
  return `${JSON.stringify(Object.fromEntries(named), null, 1)}\n`;
}

/** Name, version and licence text of every package that went in; refuses a licence that does not fit. */
async function notices() {
  const folders = new Set();
  for (const output of Object.values(written)) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const found = input.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//);
      if (found && bytesInOutput) folders.add(found[1]);
    }
  }
  const texts = [];
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(await readFile(join(HERE, folder, "package.json"), "utf8"));
    if (!LICENCES.has(license)) throw new Error(`${name} ${version} is under ${license}: not for our pages.`);
    const file = (await readdir(join(HERE, folder))).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? await readFile(join(HERE, folder, file), "utf8") : "";
    texts.push(`${name} ${version} (${license})\n\n${text.trim()}\n`);
  }
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}

const files = new Map(
  builds.flatMap(({ outputFiles }) => outputFiles.map(({ path, contents }) => [basename(path), contents])),
);
files.set("third-party.txt", await notices());
files.set("manifest.json", manifest()); // last: it names only what is there
await mkdir(OUT, { recursive: true });
for (const [name, contents] of files) {
  const unfinished = join(OUT, `.${name}.${process.pid}`);
  await writeFile(unfinished, contents);
  await rename(unfinished, join(OUT, name));
}
if (process.argv[3]) await writeFile(process.argv[3], JSON.stringify({ outputs }));
for (const name of await readdir(OUT)) {
  if (!files.has(name) && !name.startsWith(".")) await rm(join(OUT, name), { recursive: true });
}
