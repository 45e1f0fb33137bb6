// How much JavaScript the first view needs, compressed: what index.html names. Fails past the budget.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const MOST_KIB = 350;
const folder = new URL("../src/aosedge/cloud/console/", import.meta.url);
const page = readFileSync(new URL("index.html", folder), "utf8");
const names = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map((found) => found[1]);
const kib = names.reduce((sum, name) => sum + gzipSync(readFileSync(new URL(name, folder))).length, 0) / 1024;
console.log(`initial JavaScript: ${kib.toFixed(0)} KiB gzip in ${names.length} files, of at most ${MOST_KIB}`);
if (!names.length || kib > MOST_KIB) process.exit(1);
