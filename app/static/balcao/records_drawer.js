/* "Informações Personalizadas" beside an attendance: what lies behind a menu opens in a drawer, by the addresses of its pages. What is
   behind the drawer cannot be reached while it is open; Esc closes it, and asks first where something was typed. */
(function () {
  "use strict";
  var drawer = document.getElementById("records-drawer");
  if (!drawer) return;
  var words = document.currentScript.dataset, scrim = document.querySelector("[data-drawer-scrim]");
  var place = drawer.querySelector("[data-drawer-in]"), title = document.getElementById("records-drawer-title");
  var question = drawer.querySelector("[data-drawer-ask]"), said = drawer.querySelector("[data-drawer-said]");
  var before = null, typed = false, turn = 0, after = null, was = null;

  function behind(on) { document.querySelectorAll(".b-skip, .b-app").forEach(function (part) { part.inert = on; }); }
  function elsewhere() { return document.querySelector(".modal.in, .select2-container--open"); } // it closes first

  // ---- what is asked of the server

  function ask(address, options) {
    var mine = ++turn;
    place.setAttribute("aria-busy", "true");
    return fetch(address, Object.assign({ credentials: "same-origin", headers: { "X-Requested-With": "fetch", Accept: "text/html" } }, options))
      .then(function (answer) {
        if (answer.redirected && !/\/records\/\d+\//.test(new URL(answer.url).pathname)) throw new Error(words.ended);
        if (!answer.ok && answer.status !== 409 && answer.status !== 422) {
          throw new Error(answer.status === 403 ? words.denied : answer.status === 404 ? words.gone : answer.status === 401 || answer.status === 400 && options ? words.ended : "");
        }
        return answer.text();
      }).then(function (html) { if (mine === turn) draw(html); return true; })
      .finally(function () { if (mine === turn) place.removeAttribute("aria-busy"); });
  }
  function read(address) {
    ask(address).catch(function (error) { fail(error.message || words.failed, function () { read(address); }); });
  }

  function draw(html) {
    place.innerHTML = html;
    place.scrollTop = 0;
    question.hidden = true;
    var part = place.firstElementChild, form = place.querySelector("form");
    typed = Boolean(form && form.dataset.changed !== undefined);
    if (!part || !part.dataset.title) { fail(words.failed); return; }
    title.textContent = part.dataset.title;
    if (part.dataset.count !== undefined) {
      var counted = document.querySelector('[data-records-of="' + part.dataset.menu + '"]');
      if (counted) {
        counted.title = counted.querySelector("[data-told]").textContent = part.dataset.counted;
        counted.querySelector("[data-n]").textContent = part.dataset.count;
      }
    }
    var told = place.querySelector("[data-said]");
    said.textContent = told ? told.textContent.trim() : "";
    if (form) document.dispatchEvent(new CustomEvent("balcao:added", { detail: form }));
    begin(form);
  }
  function begin(form) {
    var first = form && (form.querySelector("[aria-invalid=true]") || form.querySelector("input:not([type=hidden]), select, textarea"));
    var drawn = first && first.matches("select") && first.nextElementSibling && first.nextElementSibling.querySelector(".select2-selection");
    (drawn || first || drawer).focus();
  }
  function fail(text, again) {
    var line = document.createElement("p"), button = document.createElement("button");
    line.className = "alert alert-danger";
    line.setAttribute("role", "alert");
    line.textContent = text;
    place.replaceChildren(line);
    if (!again) return;
    button.type = "button";
    button.className = "btn btn-default btn-sm";
    button.textContent = words.again;
    button.addEventListener("click", again);
    place.append(button);
    button.focus();
  }

  // ---- opened and closed

  function open(link) {
    before = link;
    drawer.hidden = scrim.hidden = false;
    behind(true);
    title.textContent = link.textContent.trim() || link.getAttribute("aria-label");
    place.textContent = words.reading;
    drawer.focus();
    read(link.href);
  }
  function close() {
    turn++;
    typed = false;
    drawer.hidden = scrim.hidden = question.hidden = true;
    place.replaceChildren();
    behind(false);
    if (before) before.focus();
  }
  /* `act`, at once or when the person gives up what was typed. */
  function unless(act) {
    if (!typed) { act(); return; }
    after = act;
    was = place.contains(document.activeElement) ? document.activeElement : was;
    question.hidden = false;
    question.querySelector("[data-drawer-stay]").focus();
  }
  function stay() {
    question.hidden = true;
    (was && place.contains(was) ? was : drawer).focus();
  }

  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[href]"), plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!link || !plain) return;
    if (link.dataset.recordsDrawer !== undefined) {
      event.preventDefault();
      open(link);
    } else if (place.contains(link) && link.dataset.drawerPage === undefined && /\/records\/\d+\//.test(link.pathname)) {
      event.preventDefault();
      unless(function () { read(link.href); });
    }
  });
  scrim.addEventListener("click", function () { unless(close); });
  drawer.addEventListener("click", function (event) {
    if (event.target.closest("[data-drawer-close]")) unless(close);
    else if (event.target.closest("[data-drawer-stay]")) stay();
    else if (event.target.closest("[data-drawer-drop]")) { typed = false; after(); }
  });
  document.addEventListener("keydown", function (event) {
    if (drawer.hidden || elsewhere()) return;
    var key = event.key.toLowerCase(), form = place.querySelector("form");
    if (event.key === "Escape") { if (question.hidden) unless(close); else stay(); }
    else if ((event.ctrlKey || event.metaKey) && key === "s") { if (form) form.requestSubmit(); }
    else if (!(event.altKey && (key === "n" || key === "s"))) return;
    event.preventDefault(); // these are not the page's while the drawer is open
    event.stopImmediatePropagation();
  }, true);
  window.addEventListener("beforeunload", function (event) { if (typed) event.preventDefault(); });

  // ---- typed and sent

  function changed() { typed = true; }
  place.addEventListener("input", changed);
  place.addEventListener("change", changed);
  if (window.jQuery) window.jQuery(place).on("select2:select select2:clear", "select", changed);
  drawer.addEventListener("submit", function (event) {
    var form = event.target;
    event.preventDefault();
    if (place.getAttribute("aria-busy")) return;
    ask(form.action, { method: "POST", body: new FormData(form) }).catch(function (error) {
      var line = form.querySelector("[data-not-sent]") || document.createElement("p");
      line.className = "alert alert-danger";
      line.dataset.notSent = "";
      line.setAttribute("role", "alert");
      line.textContent = error.message || words.notSent;
      form.prepend(line);
      place.scrollTop = 0;
    });
  });
})();
