(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  const $ = (selector, within) => (within || document).querySelector(selector);
  const $$ = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const BANDS = ["critical", "high", "medium", "low", "info"];
  const FLOORS = [90, 70, 40, 1, 0];
  const ROLES = { tr: "row", td: "cell" };
  // Rows of a static table, and findings, that are shown at a time.
  const ROWS = 100;
  const FINDINGS = 50;

  function element(tag, names, text) {
    const made = document.createElement(tag);
    if (ROLES[tag]) made.setAttribute("role", ROLES[tag]);
    if (names) made.className = names;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function button(names, text) {
    const made = element("button", names, text);
    made.type = "button";
    return made;
  }

  function glyph(id, names) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    const use = document.createElementNS(space, "use");
    svg.setAttribute("class", names);
    svg.setAttribute("aria-hidden", "true");
    svg.setAttribute("viewBox", "0 0 16 14");
    use.setAttribute("href", "#" + id);
    svg.append(use);
    return svg;
  }

  const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");
  const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);

  // Theme: as the system has it, light, dark. It is kept where the browser lets us.
  function kept(value) {
    try {
      if (value === undefined) return localStorage.getItem("glidelint-theme");
      localStorage.setItem("glidelint-theme", value);
    } catch {
      // A page from a file may not be allowed to keep anything.
    }
    return null;
  }
  const themes = ["auto", "light", "dark"];
  let theme = themes.includes(kept()) ? kept() : "auto";
  function setTheme(next) {
    theme = next;
    if (next === "auto") root.removeAttribute("data-theme");
    else root.setAttribute("data-theme", next);
    $("#theme").textContent = "Theme: " + next;
  }
  setTheme(theme);
  $("#theme").hidden = false;
  $("#theme").addEventListener("click", () => {
    setTheme(themes[(themes.indexOf(theme) + 1) % 3]);
    kept(theme);
  });
  $("#print").hidden = false;
  $("#print").addEventListener("click", () => window.print());

  // Rows that open. Without scripts they are open, so the buttons wake up here.
  for (const opener of $$(".disc[disabled]")) {
    opener.disabled = false;
    opener.setAttribute("aria-expanded", "false");
    opener.setAttribute("aria-controls", opener.dataset.det);
  }

  function toggle(opener) {
    const open = opener.getAttribute("aria-expanded") !== "true";
    const row = opener.closest("tr");
    let detail = document.getElementById(opener.getAttribute("aria-controls"));
    if (!detail && opener.fill) {
      detail = opener.fill();
      row.after(detail);
    }
    opener.setAttribute("aria-expanded", String(open));
    detail.classList.toggle("show", open);
    row.classList.toggle("open", open);
  }

  function open(opener) {
    if (opener.getAttribute("aria-expanded") !== "true") toggle(opener);
    opener.scrollIntoView({ block: "center" });
    opener.focus();
  }

  function pick(node) {
    const range = document.createRange();
    range.selectNodeContents(node);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  }

  function copy(from) {
    const code = from.previousElementSibling;
    const done = () => {
      from.textContent = "Copied";
      setTimeout(() => (from.textContent = "Copy"), 1500);
    };
    if (navigator.clipboard) navigator.clipboard.writeText(code.textContent).then(done, () => pick(code));
    else pick(code);
  }

  function pager() {
    const made = element("div", "pager");
    made.append(button("btn prev", "Previous"), button("btn next", "Next"));
    return made;
  }

  // Static tables: rows that do not match, or are on another page, are hidden.
  const tables = new Map();
  function staticTable(table, form) {
    const rows = $$("tbody tr[data-k]", table);
    const groups = $$("tbody tr.grp", table);
    const count = form ? $(".count", form) : null;
    const isPaged = "paged" in table.dataset;
    let at = 0;
    let hits = rows;
    let bar = null;
    if (isPaged) {
      bar = element("div", "fbar");
      bar.append(element("span", "count"), pager());
      (table.closest(".scroll") || table).before(bar);
      $(".prev", bar).addEventListener("click", () => turn(-ROWS));
      $(".next", bar).addEventListener("click", () => turn(ROWS));
    }
    function turn(by) {
      at = Math.max(0, at + by);
      draw();
      bar.scrollIntoView({ block: "center" });
    }
    function draw() {
      const shown = new Set(isPaged ? hits.slice(at, at + ROWS) : hits);
      for (const row of rows) {
        row.hidden = !shown.has(row);
        const opener = $(".disc", row);
        if (opener) document.getElementById(opener.dataset.det).hidden = row.hidden;
      }
      for (const group of groups) {
        let next = group.nextElementSibling;
        while (next && next.hidden) next = next.nextElementSibling;
        group.hidden = !next || next.classList.contains("grp");
      }
      if (count) count.textContent = grouped(hits.length) + " of " + grouped(rows.length);
      if (!bar) return;
      const end = Math.min(at + ROWS, hits.length);
      $(".count", bar).textContent = hits.length
        ? grouped(at + 1) + "\u2013" + grouped(end) + " of " + grouped(hits.length)
        : "Nothing matches";
      $(".pager", bar).hidden = hits.length <= ROWS;
      $(".prev", bar).disabled = at === 0;
      $(".next", bar).disabled = end >= hits.length;
    }
    function filter() {
      const search = form ? $("input[type=search]", form).value.trim().toLowerCase() : "";
      const wanted = form
        ? $$("select", form)
            .map((select) => select.value)
            .filter(Boolean)
        : [];
      hits = rows.filter((row) => {
        const keys = row.dataset.k.split(" ");
        return (
          wanted.every((key) => keys.includes(key)) &&
          (!search || row.textContent.toLowerCase().includes(search))
        );
      });
      at = 0;
      draw();
    }
    if (form) {
      form.addEventListener("input", filter);
      form.addEventListener("submit", (event) => event.preventDefault());
    }
    // Shows the row, whatever was filtered.
    function reveal(row) {
      if (form) form.reset();
      hits = rows;
      at = rows.indexOf(row);
      at -= at % ROWS;
      draw();
    }
    // Drawn when its page is first looked at.
    let isDrawn = !(form || isPaged);
    function look() {
      if (!isDrawn) draw();
      isDrawn = true;
    }
    tables.set(table, { rows, reveal, look });
  }
  for (const form of $$("[data-table]")) staticTable(document.getElementById(form.dataset.table), form);
  for (const table of $$("[data-paged]")) if (!tables.has(table)) staticTable(table, null);

  // Findings: read when they are first looked at.
  const form = $("#ff");
  let data = null;
  let hits = [];
  let at = 0;
  function load() {
    if (data) return;
    data = JSON.parse($("#data").textContent);
    for (const finding of data.F) {
      const rule = data.rules[finding[0]];
      if (typeof finding[5] === "number") {
        const parts = finding[3].split(" \u2192 ");
        finding[5] = data.words[finding[5]].replace(/\{(\d+)\}/g, (_, number) => parts[number]);
      }
      finding[8] = data.words[finding[8]];
      finding[11] = data.words[finding[11]];
      finding.band = FLOORS.findIndex((floor) => finding[9] >= floor);
      finding.text = [
        finding[3],
        finding[5],
        rule.id,
        rule.name,
        rule.title,
        data.tables[finding[6]],
        data.files[finding[1]],
        finding[4],
      ]
        .join(" ")
        .toLowerCase();
    }
  }

  function isStanding(finding, wanted) {
    if (wanted === "all") return true;
    return wanted === (finding[10] > 1 ? "waived" : finding[10] === 1 ? "known" : "open");
  }

  function isFiltered() {
    return (
      Array.from(new FormData(form)).some(([name, value]) => value && !["sort", "standing"].includes(name)) ||
      (form.standing && form.standing.value !== "open")
    );
  }

  function run() {
    load();
    const bands = $$("input[name=sev]:checked", form).map((box) => BANDS.indexOf(box.value));
    const { area, rule, table, sort } = form;
    const standing = form.standing ? form.standing.value : "open";
    const words = form.q.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    hits = [];
    data.F.forEach((finding, index) => {
      const of = data.rules[finding[0]];
      if (bands.length && !bands.includes(finding.band)) return;
      if (area.value && of.area !== area.value) return;
      if (rule.value && of.id !== rule.value) return;
      if (table.value && data.tables[finding[6]] !== table.value) return;
      if (isStanding(finding, standing) && words.every((word) => finding.text.includes(word)))
        hits.push(index);
    });
    const by = { record: (finding) => finding[3], rule: (finding) => data.rules[finding[0]].id }[sort.value];
    if (by) {
      const key = (index) => by(data.F[index]);
      hits.sort((left, right) => (key(left) < key(right) ? -1 : key(left) > key(right) ? 1 : left - right));
    }
    at = 0;
    list(true);
    draw();
  }

  // Whether the list is shown, or the table of rules before it.
  function list(isList) {
    if (!$("#frules")) return;
    $("#frules").hidden = isList;
    $("#flist").hidden = !isList;
  }

  function draw() {
    const end = Math.min(at + FINDINGS, hits.length);
    const none = hits.length === 0;
    $("#fbody").replaceChildren(...hits.slice(at, end).map(row));
    $("#ftable").hidden = none;
    $("#fnone").hidden = !none;
    const all = data.F.length;
    const of = hits.length < all ? " (filtered from " + grouped(all) + ")" : "";
    $("#fcount").textContent = none
      ? "Nothing matches"
      : grouped(at + 1) + "\u2013" + grouped(end) + " of " + grouped(hits.length) + of;
    for (const bar of $$("#flist .pager")) {
      bar.hidden = hits.length <= FINDINGS;
      $(".prev", bar).disabled = at === 0;
      $(".next", bar).disabled = end >= hits.length;
    }
  }

  function row(index) {
    const finding = data.F[index];
    const rule = data.rules[finding[0]];
    const made = element("tr");
    const severity = element("span", "sev " + BANDS[finding.band]);
    severity.append(
      glyph("s-" + BANDS[finding.band], "sv-" + BANDS[finding.band]),
      capital(BANDS[finding.band]),
    );
    const first = element("td");
    first.append(severity);
    const opener = button("disc", finding[5]);
    opener.setAttribute("aria-expanded", "false");
    opener.setAttribute("aria-controls", "d" + index);
    opener.id = "b" + index;
    opener.fill = () => detail(index);
    const second = element("td");
    const under = element("div", "sub");
    under.append(element("span", "m", rule.id), "  " + rule.title);
    if (finding[10] > 0)
      under.append(element("b", "", finding[10] > 1 ? " \u00b7 waived" : " \u00b7 known before"));
    second.append(opener, under);
    const third = element("td");
    third.dataset.l = "Record";
    const record = element("div");
    record.append(
      element("span", "m", finding[3]),
      element("div", "sub m", data.tables[finding[6]] + (finding[8] ? "." + finding[8] : "")),
    );
    third.append(record);
    const fourth = element("td", "place", data.files[finding[1]]);
    fourth.append(element("span", "nw", ":" + finding[2]));
    made.append(first, second, third, fourth);
    return made;
  }

  function copyBox(text) {
    const made = element("div", "copy");
    const copier = button("btn", "Copy");
    copier.dataset.copy = "";
    made.append(element("code", "", text), copier);
    return made;
  }

  // Our rules' prose: plain text with `code`.
  function prose(text) {
    const made = element("p");
    text.split("`").forEach((part, place) => made.append(place % 2 ? element("code", "", part) : part));
    return made;
  }

  // As a shell takes it for one word.
  function quoted(word) {
    if (/^[\w.@/:+-]+$/.test(word)) return word;
    return /["$`\\!%]/.test(word) ? "'" + word.replace(/'/g, "'\\''") + "'" : '"' + word + '"';
  }

  function waive(finding, rule) {
    const [, , , key, , , , id] = finding;
    const isPlain = key && !/[\u2400-\u2426\ufffd]/.test(key);
    const what = isPlain
      ? "--key " + quoted(key)
      : id
        ? "--sys-id " + id
        : "--table " + data.tables[finding[6]];
    return "glidelint waive " + rule.id + " " + what + " --owner \u2026 --reason \u2026 --until \u2026";
  }

  function excerpt(finding) {
    const [first, from, to, ...lines] = finding[12];
    const made = element("pre");
    lines.forEach((line, place) => {
      const number = first + place;
      const shown = element("span", number >= from && number <= to ? "hit" : "");
      shown.append(element("i", "", number), line || " ");
      made.append(shown);
    });
    made.tabIndex = 0;
    made.setAttribute("role", "region");
    made.setAttribute("aria-label", "Record excerpt, line " + finding[2] + " is the finding");
    return made;
  }

  function places(finding, isStep) {
    const made = element("ol", "steps");
    for (const [step, label, file, line] of finding[13] || []) {
      if (Boolean(step) !== isStep) continue;
      const item = element("li", "", label + " ");
      item.append(element("span", "place", data.files[file] + ":" + line));
      made.append(item);
    }
    return made;
  }

  function detail(index) {
    const finding = data.F[index];
    const rule = data.rules[finding[0]];
    const made = element("tr", "det");
    made.id = "d" + index;
    const cell = element("td");
    cell.colSpan = 4;
    const columns = element("div", "cols");
    const left = element("div");
    const right = element("div");
    const titled = (side, title, ...parts) => side.append(element("h3", "", title), ...parts);
    if (finding[12])
      titled(
        left,
        "As exported",
        excerpt(finding),
        element("p", "sub", "Values of secret fields are never shown."),
      );
    else
      titled(
        left,
        "As exported",
        element(
          "p",
          "sub",
          "No excerpt is kept here: it could not be read again, or this page holds those of the first " +
            grouped(data.excerpts) +
            " findings.",
        ),
      );
    const steps = places(finding, true);
    if (steps.children.length) {
      const last = element("li", "", "the finding ");
      last.append(element("span", "place", data.files[finding[1]] + ":" + finding[2]));
      steps.append(last);
      titled(left, "Path", steps);
    }
    const related = places(finding, false);
    if (related.children.length) titled(left, "See also", related);
    const table = data.tables[finding[6]];
    titled(
      left,
      "In the instance",
      copyBox(finding[7] ? table + ".do?sys_id=" + finding[7] : finding[14] || table + "_list.do"),
    );
    titled(right, "Why it matters", prose(rule.why));
    titled(right, "How to fix", prose(rule.fix));
    if (finding[10] > 1) titled(right, "Accepted", element("p", "", data.waivers[finding[10] - 2]));
    else if (finding[10] === 1) titled(right, "Accepted", element("p", "", "known before, in " + data.known));
    if (finding[10] < 2) titled(right, "Accept the risk", copyBox(waive(finding, rule)));
    const facts = element(
      "p",
      "sub",
      rule.id +
        " " +
        rule.name +
        " \u00b7 severity " +
        (finding[9] / 10).toFixed(1) +
        " \u00b7 confidence " +
        finding[11] +
        (rule.tags ? " \u00b7 " + rule.tags : ""),
    );
    const links = element("p", "sub", "Fingerprint ");
    const own = element("a", "m", finding[4]);
    own.href = "#findings/" + finding[4];
    links.append(own);
    if (rule.help) {
      const help = element("a", "", "File of the rule");
      help.href = rule.help;
      help.rel = "noreferrer";
      links.append(" \u00b7 ", help);
    }
    right.append(facts, links);
    columns.append(left, right);
    cell.append(columns);
    made.append(cell);
    return made;
  }

  function reset() {
    form.reset();
  }

  function preset(filter) {
    reset();
    for (const pair of filter.split("&")) {
      const [name, value] = pair.split("=");
      const box = $$("input[name=" + name + "]", form).find((input) => input.value === value);
      if (box) box.checked = true;
      else if (form[name]) form[name].value = value;
    }
    run();
  }

  // The list as it opens: by rule where there is much, else all that is open.
  function begin() {
    reset();
    if ($("#frules")) list(false);
    else run();
  }

  function openFinding(fingerprint) {
    load();
    const index = data.F.findIndex((finding) => finding[4] === fingerprint);
    if (index < 0) return;
    reset();
    if (form.standing && data.F[index][10] > 0) form.standing.value = "all";
    run();
    const place = hits.indexOf(index);
    at = place - (place % FINDINGS);
    draw();
    open($("#b" + index));
  }

  if (form) {
    let wait = 0;
    form.addEventListener("input", (event) => {
      clearTimeout(wait);
      wait = setTimeout(run, event.target.name === "q" ? 120 : 0);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      run();
    });
    $("#clear").addEventListener("click", begin);
    $("#clear2").addEventListener("click", begin);
    if ($("#fall")) $("#fall").addEventListener("click", run);
    if ($("#fback")) $("#fback").addEventListener("click", begin);
    for (const [name, by] of [
      ["prev", -FINDINGS],
      ["next", FINDINGS],
    ]) {
      for (const turner of $$("#flist ." + name)) {
        turner.addEventListener("click", () => {
          at = Math.max(0, at + by);
          draw();
          $("#ftable").scrollIntoView();
        });
      }
    }
  }

  document.addEventListener("click", (event) => {
    const opener = event.target.closest(".disc");
    if (opener) return toggle(opener);
    const copier = event.target.closest("[data-copy]");
    if (copier) return copy(copier);
    const filter = event.target.closest("[data-filter]");
    if (filter && form) preset(filter.dataset.filter);
    return undefined;
  });

  function decoded(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  }

  // Pages: one of them is shown, as the address says.
  const pages = $$(".page");
  let isListed = false;
  function show(isMoved) {
    const [id, rest] = location.hash.slice(1).split(/\/(.*)/);
    const page = pages.find((candidate) => candidate.id === id) || pages[0];
    for (const other of pages) other.classList.toggle("current", other === page);
    for (const link of $$("nav a")) {
      if (link.hash !== "#" + page.id) link.removeAttribute("aria-current");
      else {
        link.setAttribute("aria-current", "page");
        const strip = link.closest("ul");
        strip.scrollLeft = link.offsetLeft - strip.clientWidth / 3;
      }
    }
    for (const [table, { look }] of tables) if (page.contains(table)) look();
    document.title = $("h1", page).textContent + " \u2013 " + root.dataset.name;
    if (isMoved) {
      window.scrollTo(0, 0);
      $("h1", page).focus({ preventScroll: true });
    }
    if (page.id === "findings" && form) {
      if (!isListed && !isFiltered()) begin();
      isListed = true;
      if (rest) openFinding(rest);
    } else if (rest) {
      const name = decoded(rest);
      const opener = $$(".disc", page).find((candidate) => candidate.textContent === name);
      if (!opener) return;
      const table = tables.get(opener.closest("table"));
      if (table) table.reveal(opener.closest("tr"));
      open(opener);
    }
  }
  window.addEventListener("hashchange", () => show(true));
  show(false);
})();
