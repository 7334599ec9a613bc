(function () {
  "use strict";
  document.documentElement.classList.add("js");

  // Contents on a small screen
  var nav = document.querySelector("nav"), menu = nav.querySelector(".menu");
  function open(state) {
    nav.classList.toggle("open", state);
    menu.setAttribute("aria-expanded", String(state));
  }
  menu.addEventListener("click", function () { open(!nav.classList.contains("open")); });
  nav.addEventListener("click", function (event) { if (event.target.closest("a")) open(false); });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && nav.classList.contains("open")) { open(false); menu.focus(); }
  });

  // A link into the supplement opens it
  function reveal() {
    var target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    var shut = false;
    for (var item = target; item; item = item.parentElement) {
      if (item.tagName === "DETAILS" && !item.open) { item.open = true; shut = true; }
    }
    if (shut) target.scrollIntoView();
  }
  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[href^='#']");
    if (link && link.hash === location.hash) reveal();
  });
  addEventListener("hashchange", reveal);
  reveal();

  // Where the reader is
  var links = {};
  nav.querySelectorAll("#contents a").forEach(function (link) { links[link.hash.slice(1)] = link; });
  var watched = Object.keys(links).map(function (id) { return document.getElementById(id); });
  var waiting = false;
  function mark() {
    waiting = false;
    var here = null;
    watched.forEach(function (section) { if (section.getBoundingClientRect().top < 140) here = section.id; });
    Object.keys(links).forEach(function (id) {
      links[id].classList.toggle("here", id === here);
      if (id === here) links[id].setAttribute("aria-current", "true"); else links[id].removeAttribute("aria-current");
    });
  }
  addEventListener("scroll", function () {
    if (!waiting) { waiting = true; requestAnimationFrame(mark); }
  }, { passive: true });
  mark();

  // What is wider than its box says so
  var boxes = Array.from(document.querySelectorAll(".scroll"));
  function tell() {
    boxes.forEach(function (box) {
      var next = box.nextElementSibling, told = next && next.classList.contains("hint");
      var wide = box.clientWidth > 0 && box.scrollWidth > box.clientWidth + 2;
      if (wide && !told) {
        var hint = document.createElement("p");
        hint.className = "hint";
        hint.textContent = "Wider than the page: scroll sideways \u2192";
        box.after(hint);
      } else if (told && box.clientWidth > 0 && !wide) {
        next.remove();
      }
    });
  }
  tell();
  addEventListener("resize", tell);
  document.addEventListener("toggle", tell, true);

  // Sorting: blocks (a heading and its rows) move as one; the third click brings the printed order back
  function find(row, column) {
    for (var i = 0, place = 0; i < row.cells.length; place += row.cells[i].colSpan, i++) {
      if (place === column) return row.cells[i];
    }
    return null; // below the name of a block, which takes the room of empty cells
  }
  function value(body, column) {
    for (var i = 0; i < body.rows.length; i++) {
      var cell = find(body.rows[i], column), number = cell && cell.dataset.value;
      if (!cell) continue;
      if (number === "") continue;
      if (number !== undefined) return Number(number);
      if (cell.textContent.trim()) return cell.textContent.trim();
    }
    return null;
  }
  function compare(a, b) {
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1; // empty ones last
    if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
    return typeof a === "number" ? a - b : a.localeCompare(b, "en", { numeric: true });
  }
  document.querySelectorAll("table.data").forEach(function (table) {
    var bodies = Array.from(table.tBodies).filter(function (body) { return !body.classList.contains("foot"); });
    if (bodies.length < 2) return;
    var after = bodies[bodies.length - 1].nextSibling, heads = table.querySelectorAll("thead th[data-column]");
    heads.forEach(function (head) {
      var button = document.createElement("button");
      button.type = "button";
      while (head.firstChild) button.appendChild(head.firstChild);
      if (!button.textContent.trim()) button.setAttribute("aria-label", "Sort by name");
      head.appendChild(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", function () {
        var next = { none: "ascending", ascending: "descending", descending: "none" }[head.getAttribute("aria-sort")];
        heads.forEach(function (other) { other.setAttribute("aria-sort", "none"); });
        head.setAttribute("aria-sort", next);
        var column = Number(head.dataset.column), sign = next === "descending" ? -1 : 1;
        var order = bodies.map(function (body) { return { body: body, value: value(body, column) }; });
        if (next !== "none") order.sort(function (a, b) {
          return a.value === null || b.value === null ? compare(a.value, b.value) : sign * compare(a.value, b.value);
        });
        order.forEach(function (item) { table.insertBefore(item.body, after); });
      });
    });
  });

  // What is folded is printed all the same, but for the supplement while it is shut
  var folded = [];
  addEventListener("beforeprint", function () {
    folded = Array.from(document.querySelectorAll("details.folded:not([open])"));
    folded.forEach(function (item) { item.open = true; });
  });
  addEventListener("afterprint", function () { folded.forEach(function (item) { item.open = false; }); });
})();
