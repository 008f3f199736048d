/* The findings of a report stand in it once, as text under their rules (findings.py,
   `_written`). What is opened or looked for is made of it here. */

const written = one("#written");
const MOST = 200;

/* -- reading ---------------------------------------------------------------------------- */

const known = new Map();

/* The findings of a rule, read when they are asked for first. */
function rowsOf(group) {
  if (!known.has(group)) known.set(group, readRows(one("pre", group).textContent, group.dataset.key));
  return known.get(group);
}

function readRows(text, rule) {
  const rows = [];
  let path, address;
  for (const line of text.split("\n")) {
    const [name, at, severity, message, fix] = line.split("\t");
    if (name) {
      path = name;
      address = at ?? encodeURIComponent(name);
    } else {
      rows.push({ path, address, rule, at, severity, message, fix, text: `${path} ${rule} ${message}`.toLowerCase() });
    }
  }
  return rows;
}

const groupsOf = by => all(`.view[data-by=${by}] .group`, written);
let folders = null;

/* The findings of each folder, by path and place. */
function rowsByFolder() {
  if (folders) return folders;
  const place = row => row.at.split(":").map(Number);
  const order = (a, b) => {
    if (a.path !== b.path) return a.path < b.path ? -1 : 1;
    const [line, column] = place(a), [other, its] = place(b);
    return line - other || column - its;
  };
  folders = new Map();
  for (const row of groupsOf("rule").flatMap(rowsOf)) {
    const folder = row.path.slice(0, Math.max(0, row.path.lastIndexOf("/")));
    if (!folders.has(folder)) folders.set(folder, []);
    folders.get(folder).push(row);
  }
  for (const rows of folders.values()) rows.sort(order);
  return folders;
}

/* -- showing ---------------------------------------------------------------------------- */

function made(name, className, ...children) {
  const element = document.createElement(name);
  element.className = className;
  element.append(...children.filter(child => child != null));
  return element;
}

function link(className, address, ...children) {
  const element = made("a", className, ...children);
  element.href = address;
  return element;
}

function shownRow(row, by, isMixed) {
  const sign = isMixed ? made("span", `mark ${row.severity}`, made("span", "said", row.severity)) : null;
  const toLine = written.dataset.line && /\.md$/i.test(row.path);
  const line = `${written.dataset.line}${row.address}&line=${parseInt(row.at)}`;
  const place = toLine ? link("at", line, row.at) : made("span", "at", row.at);
  const page = document.getElementById(`rule-${row.rule}`);
  const rule = by === "rule" ? null : page ? link("rule", `#${page.id}`, row.rule) : made("span", "rule", row.rule);
  const fix = row.fix ? made("span", `fix ${row.fix.split(" ")[0]}`, row.fix) : null;
  return made("li", row.severity, sign, place, made("span", "message", row.message), rule, fix);
}

function shownNote(rows, by, isMixed) {
  const { path, address } = rows[0], cut = path.lastIndexOf("/") + 1;
  const folder = cut && by === "rule" ? made("span", "folder", path.slice(0, cut)) : null;
  const note = link("note", written.dataset.note + address, folder, made("span", "name", path.slice(cut)));
  return made("li", "", note, made("ul", "found", ...rows.map(row => shownRow(row, by, isMixed))));
}

function shownNotes(rows, by, isMixed) {
  const notes = [];
  for (const row of rows) {
    if (notes.at(-1)?.[0].path === row.path) notes.at(-1).push(row); else notes.push([row]);
  }
  return made("ul", "notes", ...notes.map(note => shownNote(note, by, isMixed)));
}

/* All rows in parts; those after the first are made when they are opened. */
function shownParts(rows, by) {
  const isMixed = by === "folder" || new Set(rows.map(row => row.severity)).size > 1;
  const parts = [shownNotes(rows.slice(0, MOST), by, isMixed)];
  for (let start = MOST; start < rows.length; start += MOST) {
    const end = Math.min(start + MOST, rows.length);
    const label = `${counted.format(start + 1)} to ${counted.format(end)} of ${counted.format(rows.length)}`;
    const part = made("details", "more", made("summary", "", label));
    part.addEventListener("toggle", () => part.append(
      made("div", "rows", shownNotes(rows.slice(start, end), by, isMixed))), { once: true });
    parts.push(part);
  }
  return parts;
}

/* -- filtering -------------------------------------------------------------------------- */

/* What fits the form, by the group that shows it. */
const fitting = new Map();

function showGroup(group) {
  const by = group.closest(".view").dataset.by;
  if (!fitting.has(group)) fitting.set(group, by === "rule" ? rowsOf(group) : rowsByFolder().get(group.dataset.key));
  one(":scope > .rows", group).replaceChildren(...shownParts(fitting.get(group), by));
  group.dataset.filled = "";
}

function filterReport() {
  const { by, words, severities } = asked();
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = row => severities.includes(row.severity) && wanted.every(word => row.text.includes(word));
  const isNarrowed = wanted.length > 0 || severities.length < 3;
  let shown = 0, total = 0;
  for (const view of all(".view", written)) view.hidden = view.dataset.by !== by;
  for (const group of groupsOf(by)) {
    const rows = by === "rule" ? rowsOf(group) : rowsByFolder().get(group.dataset.key);
    const here = isNarrowed ? rows.filter(fits) : rows;
    fitting.set(group, here);
    delete group.dataset.filled;
    if (group.open && here.length) showGroup(group);
    group.hidden = !here.length;
    one(":scope > summary .count", group).textContent = counted.format(here.length);
    shown += here.length;
    total += rows.length;
  }
  for (const part of all(`.view[data-by=${by}] > .more`, written)) {
    part.hidden = !one(".group:not([hidden])", part);
    part.open = isNarrowed && !part.hidden;
  }
  one("#shown").textContent = isNarrowed && shown < total
    ? `${counted.format(shown)} of ${counted.format(total)} findings shown` : "";
}

/* A link to a rule's page opens what holds it. */
function openTarget() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let part = target; part; part = part.parentElement) if (part.matches("details")) part.open = true;
  if (target) target.scrollIntoView();
}

/* -- begin ------------------------------------------------------------------------------ */

if (written) {
  beginForm(filterReport);
  written.addEventListener("toggle", event => {
    const group = event.target;
    if (group.matches(".group") && group.open && group.dataset.filled === undefined) showGroup(group);
  }, true);
  const { by, words, severities } = asked();
  /* a browser may bring back what was asked for before the page was loaded again */
  if (by !== "rule" || words || severities.length < 3) filterReport();
  else one(".view[data-by=folder]", written).hidden = true;
}
addEventListener("hashchange", openTarget);
openTarget();
