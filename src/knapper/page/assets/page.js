"use strict";
/* What the report and the live page have in common, and the live page. */

const one = (query, within = document) => within.querySelector(query);
const all = (query, within = document) => [...within.querySelectorAll(query)];
const isLive = document.body.hasAttribute("data-live");
const counted = new Intl.NumberFormat("en");

/* -- the chart: what was known at a moment --------------------------------------------- */

function readChart(area) {
  const values = JSON.parse(area.dataset.values);
  const plot = one("svg", area), readout = one("output", area);
  if (values.length < 2) return;
  const cursor = document.createElementNS("http://www.w3.org/2000/svg", "line");
  cursor.setAttribute("class", "cursor");
  cursor.setAttribute("y1", "0");
  cursor.setAttribute("y2", "200");
  const first = values[0][0], last = values[values.length - 1][0];
  const show = share => {
    const at = first + (last - first) * Math.min(1, Math.max(0, share));
    const known = values.reduce((best, value) => (value[0] <= at + 1 ? value : best));
    const place = String(1000 * (known[0] - first) / (last - first));
    cursor.setAttribute("x1", place);
    cursor.setAttribute("x2", place);
    plot.append(cursor);
    const time = new Date(known[0] * 1000).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
    readout.textContent = `${time}: ${known[1]} errors, ${known[2]} warnings, ${known[3]} infos`;
    readout.className = `readout ${share < 0.5 ? "right" : "left"}`;
    readout.hidden = false;
  };
  const hide = () => { readout.hidden = true; cursor.remove(); };
  area.addEventListener("pointermove", event => {
    const box = plot.getBoundingClientRect();
    show((event.clientX - box.left) / box.width);
  });
  area.addEventListener("pointerleave", hide);
}

/* -- the graph of broken links: light what belongs together ----------------------------- */

function lightGraph(graph) {
  const light = item => {
    const side = item.dataset.from === undefined ? "to" : "from";
    const other = side === "to" ? "from" : "to";
    const edges = all(`path[data-${side}="${item.dataset[side]}"]`, graph);
    const ends = edges.map(edge => one(`li[data-${other}="${edge.dataset[other]}"]`, graph));
    dim();
    graph.classList.add("lit");
    for (const part of [item, ...edges, ...ends]) part.classList.add("on");
  };
  const dim = () => {
    graph.classList.remove("lit");
    for (const part of all(".on", graph)) part.classList.remove("on");
  };
  for (const item of all("li", graph)) {
    item.addEventListener("pointerenter", () => light(item));
    item.addEventListener("focusin", () => light(item));
    item.addEventListener("pointerleave", dim);
    item.addEventListener("focusout", dim);
  }
}

/* What a page holds as text until it is opened (findings.py, `unfolding`). */
document.addEventListener("toggle", event => {
  const held = event.target.open && one(":scope > .rows > noscript", event.target);
  if (held) held.parentNode.innerHTML = held.textContent;
}, true);

function enliven(within) {
  all(".area[data-values]", within).forEach(readChart);
  all(".graph", within).forEach(lightGraph);
}

/* -- the filter ------------------------------------------------------------------------ */

const form = one("#filter");

function asked() {
  const fields = new FormData(form);
  return { by: fields.get("by"), words: fields.get("q").trim(), severities: fields.getAll("severity") };
}

function later(work, milliseconds) {
  let timer = 0;
  return () => { clearTimeout(timer); timer = setTimeout(work, milliseconds); };
}

/* Where nothing was found, there is nothing to filter. */
const hasNothing = () => one("#groups > .none") !== null;

/* -- the live page --------------------------------------------------------------------- */

async function fetched(address) {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(answer.status);
  return answer;
}

/* What is opened and not here yet is fetched. */
async function fill(details) {
  const rows = one(":scope > .rows", details);
  details.setAttribute("aria-busy", "true");
  try {
    rows.innerHTML = await (await fetched(details.dataset.src)).text();
    details.dataset.filled = details.dataset.src;
  } catch {
    rows.textContent = "this could not be read; the watcher may have ended";
  } finally {
    details.removeAttribute("aria-busy");
  }
}

/* Groups are kept by their key, so that what is open stays open and focus stays. */
function mergeGroups(box, html) {
  const made = document.createElement("div"), focused = document.activeElement;
  made.innerHTML = html;
  const old = new Map(all(".group", box).map(group => [group.dataset.key, group]));
  for (const fresh of all(".group", made)) {
    const known = old.get(fresh.dataset.key);
    if (!known) continue;
    const same = known.dataset.print === fresh.dataset.print && known.dataset.src === fresh.dataset.src;
    if (!same) {
      for (const query of [":scope > summary", ":scope > .about"]) {
        const now = one(query, known), then = one(query, fresh);
        if (now && then) now.innerHTML = then.innerHTML;
      }
      known.dataset.print = fresh.dataset.print;
      known.dataset.src = fresh.dataset.src;
      if (known.open) fill(known); else delete known.dataset.filled;
    }
    fresh.replaceWith(known);
  }
  box.replaceChildren(...made.childNodes);
  if (box.contains(focused)) focused.focus({ preventScroll: true });
}

const applied = {};

function apply(pieces) {
  for (const [name, html] of Object.entries(pieces)) {
    const box = document.getElementById(name);
    if (!box || applied[name] === html) continue;
    if (name === "groups") mergeGroups(box, html); else { box.innerHTML = html; enliven(box); }
    applied[name] = html;
    if (name === "problem") box.parentNode.hidden = !html;
  }
}

let wanted = 0;

async function refresh() {
  const { by, words, severities } = asked();
  const query = new URLSearchParams({ by });
  if (words) query.set("q", words);
  if (severities.length < 3) query.set("severity", severities.join(","));
  history.replaceState(null, "", `?${query}`);
  const turn = ++wanted;
  try {
    const found = await (await fetched(`/pieces?${query}`)).json();
    if (turn !== wanted) return;
    document.title = found.title;
    apply(found.pieces);
    form.hidden = hasNothing();
    document.body.dataset.version = found.version;
  } catch {
    tell("lost", "the watcher cannot be reached");
  }
}

function tell(state, said) {
  const line = one("#state");
  line.className = `state ${state}`;
  one("span:last-child", line).textContent = said;
}

function listen() {
  let source = null;
  const changed = later(refresh, 100);
  const open = () => {
    if (source || document.hidden) return;
    source = new EventSource("/events");
    source.onopen = () => tell("live", one("#state").dataset.live);
    source.onmessage = changed;
    source.addEventListener("ended", () => { source.close(); tell("lost", "the watcher has ended"); });
    source.onerror = () => {
      const over = source.readyState === EventSource.CLOSED;
      tell("lost", over ? "the watcher has ended; 'knapper status' shows the address of a new one" : "connection lost; trying again");
    };
  };
  /* A browser has few connections to one server: a page that nobody sees needs none. */
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) { source?.close(); source = null; } else open();
  });
  open();
}

/* -- begin ----------------------------------------------------------------------------- */

enliven(document);

/* Let the form do its work at once, and be reached by a key. */
function beginForm(work) {
  document.body.classList.add("scripted");
  form.hidden = hasNothing();
  form.addEventListener("submit", event => event.preventDefault());
  form.addEventListener("change", work);
  one("[type=search]", form).addEventListener("input", later(work, 150));
  document.addEventListener("keydown", event => {
    const typing = event.target.matches("input[type=search], textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      one("[type=search]", form).focus();
    }
  });
}

if (isLive) {
  document.addEventListener("toggle", event => {
    const details = event.target;
    if (details.open && details.dataset.src && details.dataset.filled !== details.dataset.src) fill(details);
  }, true);
  if (form) { beginForm(refresh); listen(); }
}
