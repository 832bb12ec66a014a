// Bundles the sources beside this file into web/static/ under content-hashed names and writes the manifest that
// web/static_files.py reads: {"muster.css": "muster-1A2B3C4D.css", ...}. Old files go last, so that a page being served never misses one.
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const sources = dirname(fileURLToPath(import.meta.url));
const target = join(sources, "..", "static");

const { metafile, outputFiles } = await build({
  absWorkingDir: sources,
  entryPoints: ["muster.css", "muster.js", "icons.svg", "mark.svg"],
  bundle: true,
  minify: true,
  charset: "utf8",
  format: "esm",
  legalComments: "none",
  loader: { ".svg": "copy" },
  entryNames: "[name]-[hash]",
  outdir: target,
  metafile: true,
  write: false,
});

const manifest = {};
for (const [path, { entryPoint }] of Object.entries(metafile.outputs)) manifest[entryPoint] = basename(path);

await mkdir(target, { recursive: true });
for (const file of outputFiles) await writeFile(file.path, file.contents);
await writeFile(join(target, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
const wanted = new Set([...Object.values(manifest), "manifest.json"]);
for (const name of await readdir(target)) if (!wanted.has(name)) await rm(join(target, name), { recursive: true });
for (const file of outputFiles) console.log(`${basename(file.path)} ${(file.contents.length / 1000).toFixed(1)} kB`);
