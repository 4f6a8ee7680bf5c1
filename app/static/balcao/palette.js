/* The box of the top bar as a palette: what is found while one types, by arrows and Enter; recent records when empty. */
(function () {
  "use strict";
  var input = document.getElementById("search-q"), list = document.getElementById("palette");
  if (!input || !list) return;
  var KEY = "balcao.recent." + list.dataset.person, KEEP = 8;
  var said = document.getElementById("palette-said");
  var options = [], active = -1, timer = null, asked = 0, from = null; // where the focus came from, to which Escape gives it back

  function recent() {
    try { return (localStorage.getItem(KEY) || "").split(",").filter(Boolean); } catch (_blocked) { return []; }
  }
  function remember(key) { // only numbers: names are asked anew, of what one may still see
    if (!key) return;
    var kept = [key].concat(recent().filter(function (other) { return other !== key; })).slice(0, KEEP);
    try { localStorage.setItem(KEY, kept.join(",")); } catch (_blocked) { /* no memory then */ }
  }
  var here = document.querySelector("[data-record]");
  if (here) remember(here.dataset.record);

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    mark(-1);
  }

  function mark(place) {
    if (options[active]) options[active].setAttribute("aria-selected", "false");
    active = place;
    if (options[active]) {
      options[active].setAttribute("aria-selected", "true");
      options[active].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", options[active].id);
    } else input.removeAttribute("aria-activedescendant");
  }

  function option(item, number) {
    var row = document.createElement("a"), icon = document.createElement("i"), text = document.createElement("b"), about = document.createElement("span");
    row.id = "palette-" + number;
    row.href = item.url;
    row.tabIndex = -1;
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", "false");
    row.className = "b-pal-item";
    icon.className = item.icon.indexOf(" ") > 0 ? item.icon : "fa-solid " + item.icon;
    icon.setAttribute("aria-hidden", "true");
    text.textContent = item.text;
    if (item.said && item.said.length) {
      about.className = "b-pal-said";
      item.said.forEach(function (piece) {
        var part = document.createElement(piece[1] ? "mark" : "span");
        part.textContent = piece[0];
        about.append(part);
      });
    } else about.textContent = item.about || "";
    row.append(icon, text, about);
    return row;
  }

  function draw(groups) {
    list.textContent = "";
    options = [];
    groups.forEach(function (group, place) {
      var part = document.createElement("div"), label = document.createElement("div");
      part.setAttribute("role", "group");
      part.setAttribute("aria-labelledby", label.id = "palette-group-" + place);
      label.className = "b-pal-group";
      label.textContent = group.label;
      part.append(label);
      group.items.forEach(function (item) {
        var row = option(item, options.length);
        options.push(row);
        part.append(row);
      });
      list.append(part);
    });
    var nothing = !options.length && input.value.trim();
    if (nothing) {
      var none = document.createElement("div");
      none.className = "b-pal-none";
      none.textContent = list.dataset.none;
      list.append(none);
    }
    said.textContent = nothing ? list.dataset.none : options.length ? list.dataset.count.replace("{n}", options.length) : "";
    list.hidden = !options.length && !nothing;
    input.setAttribute("aria-expanded", String(!list.hidden));
    mark(-1);
  }

  function look() {
    var turn = ++asked, typed = input.value.trim();
    var address = list.dataset.url + "?" + new URLSearchParams(typed ? { q: typed } : { recent: recent().join(",") });
    fetch(address, { credentials: "same-origin", headers: { Accept: "application/json" } }).then(function (answer) {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json();
    }).then(function (found) {
      if (turn === asked && document.activeElement === input) draw(found.groups);
    }).catch(function () {
      if (turn === asked) said.textContent = list.dataset.failed;
    });
  }

  input.addEventListener("focus", function (event) {
    if (event.relatedTarget && !list.contains(event.relatedTarget)) from = event.relatedTarget;
    if (list.hidden) look();
  });
  input.addEventListener("input", function () {
    window.clearTimeout(timer);
    timer = window.setTimeout(look, 150);
  });
  input.addEventListener("keydown", function (event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) { look(); return; }
      var step = event.key === "ArrowDown" ? 1 : -1, count = options.length;
      if (count) mark(active < 0 ? (step > 0 ? 0 : count - 1) : (active + step + count) % count);
    } else if (event.key === "Enter" && options[active] && !list.hidden) {
      event.preventDefault();
      options[active].click();
    } else if (event.key === "Enter" && !input.form.hasAttribute("action")) {
      event.preventDefault();
      if (options.length === 1) options[0].click();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
      ++asked; // what is on its way opens nothing any more
      input.blur();
      if (from && from.isConnected) from.focus();
      from = null;
    } else if (event.key === "Tab") close();
  });
  document.addEventListener("click", function (event) {
    if (!event.target.closest(".b-search")) close();
  });
})();
