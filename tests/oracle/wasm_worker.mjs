// Runs oracle_worker.py inside CPython compiled to WebAssembly: the npm package `pyodide`.
//
// usage: node --stack-size=8000 wasm_worker.mjs PYODIDE ast|symtable|tokens|errors LIST    as oracle_worker.py
//        node wasm_worker.mjs PYODIDE --version                              prints 3.14.2 or so
//
// PYODIDE is the unpacked package. A file that brings the interpreter down is `refused`; a fresh
// interpreter takes the next one.
import { readFileSync, writeSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [folder, kind, listing] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(path.resolve(folder, "pyodide.mjs")));

async function start() {
  const python = await loadPyodide({ stdout: () => {}, stderr: () => {} });
  const here = path.dirname(new URL(import.meta.url).pathname);
  const worker = readFileSync(path.join(here, "oracle_worker.py"), "utf8");
  python.globals.set("worker_source", worker);
  python.runPython(`
import sys, types
worker = types.ModuleType("oracle_worker")
exec(worker_source, worker.__dict__)
worker.warnings.simplefilter("ignore")
`);
  return python;
}

function print(line) {
  const bytes = Buffer.from(line + "\n");
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch (problem) {
      if (problem.code !== "EAGAIN") throw problem;
    }
  }
}

let python = await start();
if (kind === "--version") {
  print(python.runPython("'%d.%d.%d' % sys.version_info[:3]"));
} else {
  for (const name of readFileSync(listing, "utf8").split("\n")) {
    if (!name) continue;
    try {
      const line = python.runPython("lambda kind, path, data: worker.line(kind, path, data.to_bytes())");
      print(line(kind, name, new Uint8Array(readFileSync(name))));
    } catch (problem) {
      const refused = `the interpreter died: ${problem}`.slice(0, 200);
      print(JSON.stringify({ path: name, sha256: null, error: null, refused }));
      python = await start();
    }
  }
}
