/// The script of the page: a table of all episodes that sorts and filters, of which only visible rows are elements.
enum CurationScript {
  static let text = """
    "use strict";
    (() => {
      const data = JSON.parse(document.getElementById("report-data").textContent);
      const count = data.ordinal.length, height = 26, none = new Float64Array(count).fill(NaN);
      const byEpisode = new Map();
      for (const finding of data.findings) {
        if (!byEpisode.has(finding[1])) byEpisode.set(finding[1], []);
        byEpisode.get(finding[1]).push(finding);
      }
      const tally = kind => data.ordinal.map(o =>
        (byEpisode.get(o) || []).filter(f => data.classes[f[0]] === kind).length);
      const text = row => data.text[row] < 0 ? "" : data.texts[data.text[row]];
      const success = ["unknown", "no", "yes"];
      let score = data.scores.length ? 0 : -1;
      const columns = [
        {name: "Episode", show: r => data.ordinal[r], key: r => data.ordinal[r]},
        {name: "Split", show: r => data.splits[data.split[r]], key: r => data.split[r]},
        {name: "Steps", show: r => data.length[r], key: r => data.length[r]},
        {name: "Instruction", show: text, key: text},
        {name: "Success", show: r => success[data.success[r] + 1], key: r => data.success[r]},
        {name: "Defects", values: tally("defect")}, {name: "Risks", values: tally("risk")},
        {name: "Score", show: r => { const v = value(r); return v === null ? "not assessed" : Number(v.toPrecision(4)); },
          key: r => { const v = value(r); return v === null ? -Infinity : v; }},
      ];
      for (const c of columns) if (c.values) { c.show = r => c.values[r]; c.key = r => c.values[r]; }
      function value(row) { return score < 0 ? null : data.scores[score].values[row]; }
      const $ = id => document.getElementById(id);
      const rows = $("rows"), space = $("space"), grid = $("grid");
      let order = [...Array(count).keys()], sorted = {column: 5, up: false}, selected = -1;
      const head = columns.map((c, i) => {
        const cell = document.createElement("div"), button = document.createElement("button");
        cell.setAttribute("role", "columnheader");
        button.textContent = c.name;
        button.addEventListener("click", () => {
          sorted = {column: i, up: sorted.column === i ? !sorted.up : i < 5}; update();
        });
        cell.append(button);
        $("head").append(cell);
        return cell;
      });
      for (const [i, s] of data.scores.entries()) $("score").add(new Option(s.check, i));
      const found = new Set(data.findings.map(f => f[0]));
      for (const i of [...found].sort((a, b) => a - b)) $("only").add(new Option(data.checks[i], i));
      function update() {
        const words = $("find").value.trim().toLowerCase(), only = $("only").value;
        order = [];
        for (let r = 0; r < count; r++) {
          if (only !== "" && !(byEpisode.get(data.ordinal[r]) || []).some(f => f[0] === Number(only))) continue;
          if (words && String(data.ordinal[r]) !== words && !text(r).toLowerCase().includes(words)) continue;
          order.push(r);
        }
        const key = columns[sorted.column].key, sign = sorted.up ? 1 : -1;
        const keys = new Map(order.map(r => [r, key(r)]));
        order.sort((a, b) => {
          const x = keys.get(a), y = keys.get(b);
          return x < y ? -sign : x > y ? sign : data.ordinal[a] - data.ordinal[b];
        });
        head.forEach((h, i) => h.setAttribute("aria-sort",
          i === sorted.column ? (sorted.up ? "ascending" : "descending") : "none"));
        selected = -1; rows.scrollTop = 0;
        space.style.height = order.length * height + "px";
        $("shown").textContent = order.length + " of " + count + " episodes";
        draw(); detail();
      }
      function draw() {
        const first = Math.max(0, Math.floor(rows.scrollTop / height) - 4);
        const last = Math.min(order.length, first + Math.ceil(rows.clientHeight / height) + 8);
        for (const old of rows.querySelectorAll(".row")) old.remove();
        for (let i = first; i < last; i++) {
          const row = document.createElement("div");
          row.className = "row"; row.setAttribute("role", "row"); row.style.top = i * height + "px";
          row.setAttribute("aria-selected", i === selected);
          for (const c of columns) {
            const cell = document.createElement("span");
            cell.setAttribute("role", "cell"); cell.textContent = c.show(order[i]); row.append(cell);
          }
          row.addEventListener("click", () => { selected = i; draw(); detail(); });
          rows.append(row);
        }
      }
      function detail() {
        const box = $("detail");
        box.replaceChildren();
        if (selected < 0) return;
        const ordinal = data.ordinal[order[selected]], own = byEpisode.get(ordinal) || [];
        const title = document.createElement("h3");
        title.textContent = "Episode " + ordinal + (own.length ? "" : ": nothing found");
        const list = document.createElement("ul");
        for (const f of own) {
          const item = document.createElement("li");
          const label = data.checks[f[0]] + (f[2] < 0 ? "" : ", steps " + f[2] + " to " + f[3]) + ": " + f[4];
          if (f[5] < 0) item.textContent = label;
          else { const a = document.createElement("a"); a.href = "#f" + f[5]; a.textContent = label; item.append(a); }
          list.append(item);
        }
        box.append(title, list);
      }
      grid.addEventListener("keydown", event => {
        const page = Math.floor(rows.clientHeight / height);
        const by = {ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -count, End: count}[event.key];
        if (by !== undefined && order.length) {
          event.preventDefault();
          selected = Math.min(order.length - 1, Math.max(0, selected + by));
          const top = selected * height;
          if (top < rows.scrollTop) rows.scrollTop = top;
          if (top + height > rows.scrollTop + rows.clientHeight) rows.scrollTop = top + height - rows.clientHeight;
          draw(); detail();
        } else if (event.key === "Enter") {
          const link = $("detail").querySelector("a");
          if (link) { link.click(); }
        }
      });
      rows.addEventListener("scroll", draw);
      $("find").addEventListener("input", update);
      $("only").addEventListener("change", update);
      $("score").addEventListener("change", () => { score = Number($("score").value); update(); });
      update();
    })();
    """
}
