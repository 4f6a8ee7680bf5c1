/* "Scripts de atendimento": Alt+S opens the drawer and walks between it and where one was; Esc closes it. What is typed on the page
   stays, and so does the drawer: on the next page of the tab it stands as it was left, but not over what was refused. */
(function () {
  "use strict";
  var drawer = document.getElementById("scripts");
  if (!drawer) return;
  var words = document.currentScript.dataset, search = document.getElementById("scripts-q");
  var list = document.getElementById("scripts-list"), pane = document.getElementById("scripts-text"), said = drawer.querySelector("[data-scripts-said]");
  var before = null, inside = null, listed = false, current = null, about = "", turn = 0, reading = 0, timer = null;
  var KEPT = "balcao.scripts", SIDE = "balcao.scripts.side." + drawer.dataset.side;

  function store(kind, key, value) {
    try {
      if (value === undefined) return window[kind].getItem(key);
      window[kind].setItem(key, value);
    } catch (_blocked) { /* no memory then */ }
    return null;
  }
  function keep() { store("sessionStorage", KEPT, (drawer.hidden ? "0" : "1") + ":" + (current || "")); }

  function get(address) {
    return fetch(address, { credentials: "same-origin", headers: { "X-Requested-With": "fetch", Accept: "text/html" } }).then(function (answer) {
      if (answer.redirected || !answer.ok) throw new Error(String(answer.status));
      return answer.text();
    });
  }

  /* The attendance that is read: the ticket of the panel, the record, or the entity of one that is not opened yet. */
  function whose() {
    var ticket = document.querySelector("[data-ticket]"), form = document.getElementById("attendance"), asked = new URLSearchParams();
    if (ticket) asked.set("attendance", ticket.dataset.ticket);
    else if (form && form.dataset.attendance) asked.set("attendance", form.dataset.attendance);
    else if (form && form.dataset.entity) asked.set("entity", form.dataset.entity);
    return asked.toString();
  }

  function buttons() { return Array.from(list.querySelectorAll("[data-script]")); }
  function mark() {
    buttons().forEach(function (each) {
      if (Number(each.dataset.script) === current) each.setAttribute("aria-current", "true"); else each.removeAttribute("aria-current");
    });
  }
  function close_pane() {
    current = null;
    pane.hidden = true;
    pane.textContent = "";
  }

  function look() {
    var mine = ++turn, typed = search.value.trim();
    list.setAttribute("aria-busy", "true");
    return get(words.scripts + (typed ? "?" + new URLSearchParams({ q: typed }) : "")).then(function (html) {
      if (mine !== turn) return;
      list.innerHTML = html;
      listed = true;
      said.textContent = list.querySelector("[data-count]").textContent.trim();
      if (current === null && !typed && buttons().length === 1) read(Number(buttons()[0].dataset.script));
      mark();
    }).catch(function () {
      if (mine === turn) tell(list, words.failed, look);
    }).finally(function () { if (mine === turn) list.removeAttribute("aria-busy"); });
  }

  function read(id, focus, unasked) {
    var mine = ++reading, asked = whose();
    current = id;
    about = asked;
    pane.setAttribute("aria-busy", "true");
    mark();
    return get(words.scripts + id + (asked ? "?" + asked : "")).then(function (html) {
      if (mine !== reading) return;
      pane.innerHTML = html;
      pane.hidden = false;
      pane.scrollTop = 0;
      keep();
      if (focus) pane.focus();
    }).catch(function (error) {
      if (mine !== reading) return;
      close_pane();
      mark();
      keep();
      if (!unasked) window.balcao.toast(error.message === "404" ? words.gone : words.failed, "bad");
      if (error.message === "404") look();
    }).finally(function () { if (mine === reading) pane.removeAttribute("aria-busy"); });
  }

  function tell(place, text, again) {
    var line = document.createElement("p"), button = document.createElement("button");
    line.className = "b-sub";
    line.setAttribute("role", "alert");
    line.textContent = text;
    button.type = "button";
    button.className = "btn btn-default btn-sm";
    button.textContent = words.again;
    button.addEventListener("click", again);
    place.replaceChildren(line, button);
  }

  // ---- opened and closed

  function show(focus) {
    if (focus && !drawer.contains(document.activeElement)) before = document.activeElement;
    var was = drawer.hidden;
    drawer.hidden = false;
    expanded(true);
    keep();
    if (!listed) look();
    if (was && current !== null && (pane.hidden || about !== whose())) read(current, false, true);
    if (focus) (inside && drawer.contains(inside) ? inside : search).focus();
  }
  function back() {
    var opener = document.querySelector("[data-scripts-open]"), there = before && document.contains(before) && before !== document.body && before.offsetParent !== null;
    (there ? before : opener).focus();
  }
  function hide() {
    var held = drawer.contains(document.activeElement);
    drawer.hidden = true;
    expanded(false);
    keep();
    if (held) back();
  }
  function expanded(on) {
    document.querySelectorAll("[data-scripts-open]").forEach(function (each) { each.setAttribute("aria-expanded", String(on)); });
  }
  function busy() { return document.querySelector("dialog[open], .modal.in, .select2-container--open, .b-drawer:not([hidden])"); }

  document.addEventListener("click", function (event) {
    var script = event.target.closest("[data-script]");
    if (event.target.closest("[data-scripts-open]")) { if (drawer.hidden) show(true); else hide(); }
    else if (event.target.closest("[data-scripts-close]")) hide();
    else if (event.target.closest("[data-scripts-side]")) {
      drawer.dataset.side = drawer.dataset.side === "right" ? "left" : "right";
      store("localStorage", SIDE, drawer.dataset.side);
    } else if (script) read(Number(script.dataset.script), true);
  });
  drawer.addEventListener("focusin", function (event) { inside = event.target; });

  document.addEventListener("keydown", function (event) {
    var alt = event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (alt && (event.key.toLowerCase() === "s" || event.code === "KeyS") && !busy()) {
      if (drawer.hidden || !drawer.contains(document.activeElement)) show(true); else back();
    } else if (event.key === "Escape" && !drawer.hidden && !event.defaultPrevented && !busy()) hide();
    else return;
    event.preventDefault();
  });
  drawer.addEventListener("keydown", function (event) {
    var rows = buttons(), here = rows.indexOf(document.activeElement), plain = !event.altKey && !event.ctrlKey && !event.metaKey;
    if (event.key === "Escape") hide();
    else if (!plain || !rows.length || (here < 0 && event.target !== search)) return;
    else if (event.key === "ArrowDown") rows[Math.min(here + 1, rows.length - 1)].focus();
    else if (event.key === "ArrowUp" && here >= 0) (here ? rows[here - 1] : search).focus();
    else if (event.key === "Home" && here >= 0) rows[0].focus();
    else if (event.key === "End" && here >= 0) rows[rows.length - 1].focus();
    else if (event.key === "Enter" && here < 0) rows[0].click();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  search.addEventListener("input", function () {
    window.clearTimeout(timer);
    timer = window.setTimeout(look, 200);
  });

  // Another ticket in the panel: the name and the protocol in the text are no longer his.
  document.addEventListener("central:shown", function () {
    if (!drawer.hidden && current !== null && about !== whose()) read(current);
  });

  drawer.dataset.side = store("localStorage", SIDE) || drawer.dataset.side;
  var left = (store("sessionStorage", KEPT) || "").split(":");
  if (Number(left[1])) current = Number(left[1]);
  if (left[0] === "1" && !document.querySelector("#refusal, [aria-invalid='true']")) show(false);
})();
