/* The panel of a ticket: opened, followed and read again without leaving the list; its tabs; what the grid says and hears.
   On the document: hears central:open {id}, central:select {ids, focused}, central:show {id, tab}, central:changed, balcao:live; for the
   files beside it: window.balcao.ticket. */
(function () {
  "use strict";
  var panel = document.getElementById("central-panel");
  if (!panel) return;
  var words = document.currentScript.dataset, frame = panel.closest(".b-cen"), alone = panel.dataset.alone !== undefined;
  var wanted = 0, timer = null, before = null, begun = 0; // begun: how often something was typed or chosen in a tab
  panel.classList.add("b-side-panel");

  function inside() { return panel.querySelector("[data-ticket]"); }
  function shown() { return inside() && !panel.hidden ? Number(inside().dataset.ticket) : null; }
  function tab() { return inside() ? inside().dataset.tab : "attendance"; }
  function part(name, root) { return (root || panel).querySelector('[data-part="' + name + '"]'); }
  function token() { return (document.querySelector("input[name=csrf_token]") || {}).value || ""; }
  function say(name, detail) { document.dispatchEvent(new CustomEvent("central:" + name, { detail: detail })); }
  function key() {
    return Array.from(window.crypto.getRandomValues(new Uint8Array(16)), function (x) { return x.toString(16).padStart(2, "0"); }).join("");
  }
  function added(root) {
    root.querySelectorAll("[name=request_key]").forEach(function (field) { if (!field.value || field.dataset.freshKey !== undefined) field.value = key(); });
    document.dispatchEvent(new CustomEvent("balcao:added", { detail: root }));
  }

  function get(address) {
    return fetch(address, { credentials: "same-origin", headers: { "X-Requested-With": "fetch", Accept: "text/html" } }).then(function (answer) {
      if (answer.redirected || (!answer.ok && answer.status !== 422)) throw new Error(String(answer.status));
      return answer.text();
    });
  }
  function made(html) {
    var box = document.createElement("div");
    box.innerHTML = html;
    return box;
  }

  // ---- one ticket

  /* Shows it, or reads it again; an answer that is being written for it stays as it is, and what is begun in its tab
     while it is read again goes before what was read. `busy`: of a reading that nobody asked for, whether it would take
     something away. */
  function load(id, name, focus, busy) {
    var mine = ++wanted, same = shown() === id, till = begun;
    if (!same) { keepDraft(); before = document.activeElement; }
    panel.setAttribute("aria-busy", "true");
    return get(words.tickets + id + "/?tab=" + (name || tab())).then(function (html) {
      if (mine !== wanted || same && begun !== till || busy && busy()) return;
      var box = made(html), fresh = box.querySelector("[data-ticket]"), old = same && part("reply"), now = part("reply", fresh);
      if (!fresh) throw new Error("shape");
      var unsent = !now && old && part("unsent", fresh), lost = unsent && typed();
      if (lost) { // closed while it was being written
        keepDraft();
        unsent.querySelector("textarea").textContent = old.querySelector("textarea").value;
        unsent.hidden = false;
        keepFiles(old, unsent.querySelector("[data-unsent-files]"));
      }
      var held = panel.contains(document.activeElement) ? document.activeElement : null;
      if (old && now && (typed() || old.contains(document.activeElement))) now.replaceWith(old); // the typed text goes on, moved
      var more = same && panel.querySelector(".b-tabs-more.open") && fresh.querySelector(".b-tabs-more");
      if (more) { // the list of tabs stays open, and the focus in it
        more.classList.add("open");
        more.firstElementChild.setAttribute("aria-expanded", "true");
      }
      if (inside()) inside().replaceWith(fresh); else panel.append(fresh);
      open(true);
      added(panel);
      reveal();
      if (!same) say("shown", { id: id });
      var place = held && (panel.contains(held) ? held : old && old.contains(held) && lost ? unsent.querySelector("textarea") : held.id && document.getElementById(held.id));
      if (focus || held) (!focus && place || panel.querySelector("[data-title]")).focus();
    }).catch(function () {
      if (mine === wanted) window.balcao.toast(words.failed, "bad");
    }).finally(function () { if (mine === wanted) panel.removeAttribute("aria-busy"); });
  }

  /* The files that were chosen for an answer that is sent no more, by their names. */
  function keepFiles(form, list) {
    var lines = Array.from(form.querySelectorAll("[data-list] > li"), function (line) {
      var copy = line.cloneNode(true);
      copy.querySelectorAll("button").forEach(function (button) { button.remove(); });
      return copy;
    });
    list.replaceChildren.apply(list, lines);
    list.hidden = !lines.length;
  }

  /* What was said last stands right above the answer. */
  function reveal() {
    var body = part("body"), said = body.querySelectorAll(".b-messages > li"), last = said[said.length - 1];
    if (!last) return;
    var box = body.getBoundingClientRect(), place = last.getBoundingClientRect();
    body.scrollTop += Math.min(place.top - box.top, Math.max(0, place.bottom - box.bottom)); // of a long one its beginning
  }

  function again(busy) {
    if (shown() !== null && !busy()) load(shown(), null, false, busy);
  }

  function open(on) {
    panel.hidden = !on;
    if (frame) frame.dataset.panel = on ? "1" : "0";
  }
  function close() {
    if (alone) { window.location = words.tickets.replace(/tickets\/$/, ""); return; }
    leaving(function () {
      keepDraft();
      wanted += 1;
      open(false);
      inside().remove();
      say("shown", { id: null });
      var grid = document.querySelector("#central-rows tr[tabindex='0']");
      if (before && document.contains(before) && before !== document.body) before.focus(); else if (grid) grid.focus();
    });
  }

  // ---- what is typed and not sent

  function box() { return panel.querySelector("[data-reply] textarea"); }
  /* Where the answer is written; a closed ticket takes none. */
  function answer(id) { if (shown() === id && box()) box().focus(); }
  function chosen() { // files of the answer
    var form = panel.querySelector("[data-reply]");
    return form ? form.querySelectorAll("[data-list] > *, [data-coming] > *").length : 0;
  }
  function typed() {
    return Boolean(box() && box().value.trim() || chosen());
  }
  function noted() {
    var body = part("body"), fields = body ? Array.from(body.querySelectorAll("textarea, input:not([type=hidden])")) : [];
    if (body && body.querySelector("[data-tab-form][data-typed]")) return true;
    return fields.some(function (field) {
      var form = field.closest("form");
      if (form && form.dataset.tabForm !== undefined) return false; // it says itself whether it was typed in
      return !field.closest("[data-search-form], .select2-container") && !(form && form.dataset.busy) && field.value.trim() !== field.defaultValue.trim();
    });
  }
  /* A communication is no draft, nor is an internal note until it is kept: it is asked for before it is lost. */
  function leaving(go) {
    function ask() { if (noted()) window.balcao.ask(words.unsavedNote, words.leave, go); else go(); }
    var kept = [];
    window.clearTimeout(follow.timer); // what is asked for goes before what the focus alone would show
    if (!noted()) { go(); return; }
    document.dispatchEvent(new CustomEvent("balcao:keep", { detail: kept })); // notes.js
    Promise.all(kept).then(ask);
  }

  ["input", "change"].forEach(function (kind) { // caught on the way down: the notes keep theirs to themselves
    panel.addEventListener(kind, function (event) { if (event.target.closest('[data-part="body"]')) begun += 1; }, true);
  });

  var fresh = false;
  function keepDraft(leave) {
    window.clearTimeout(timer);
    var form = panel.querySelector("[data-reply]");
    if (!form || !fresh || form.dataset.busy) return Promise.resolve();
    fresh = false;
    var body = new FormData(), state = form.querySelector("[data-draft-state]");
    body.append("csrf_token", token());
    body.append("message", box().value);
    body.append("request_key", form.elements.request_key.value); // its files wait under it
    return fetch(form.dataset.draft, { method: "POST", body: body, keepalive: Boolean(leave), credentials: "same-origin", headers: { Accept: "application/json" } })
      .then(function (answer) {
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.json();
      }).then(function (kept) {
        state.textContent = box() && typed() ? words.kept.replace("{time}", kept.kept_at) : "";
      }).catch(function () { fresh = true; state.textContent = words.notKept; });
  }
  ["input", "balcao:files"].forEach(function (kind) {
    panel.addEventListener(kind, function (event) {
      if (!event.target.closest("[data-reply]")) return;
      fresh = true;
      window.clearTimeout(timer);
      timer = window.setTimeout(keepDraft, 900);
    });
  });
  window.addEventListener("pagehide", function () { keepDraft(true); });
  window.addEventListener("beforeunload", function (event) {
    if (noted()) event.preventDefault(); // it is not kept
  });

  // ---- tabs

  function tabs() { return Array.from(panel.querySelectorAll("[role=tab]")); }
  function choose(name, focus) {
    var chosen = tabs().find(function (each) { return each.dataset.tabName === name; });
    if (!chosen) return;
    leaving(function () {
      var mine = ++wanted, body = part("body");
      inside().dataset.tab = name;
      tabs().forEach(function (each) {
        each.setAttribute("aria-selected", String(each === chosen));
        each.tabIndex = each === chosen ? 0 : -1;
      });
      body.setAttribute("aria-labelledby", chosen.id);
      body.setAttribute("aria-busy", "true");
      if (focus) chosen.focus();
      chosen.scrollIntoView({ block: "nearest", inline: "nearest" });
      get(words.tickets + inside().dataset.ticket + "/tab/" + name).then(function (html) {
        if (mine !== wanted) return;
        body.innerHTML = html;
        body.scrollTop = 0;
        added(body);
        reveal();
      }).catch(function () { window.balcao.toast(words.failed, "bad"); }).finally(function () { body.removeAttribute("aria-busy"); });
    });
  }
  function turn(places, end) {
    var list = tabs(), here = list.findIndex(function (each) { return each.dataset.tabName === tab(); });
    if (list.length) choose(list[end !== undefined ? (end + list.length) % list.length : (here + places + list.length) % list.length].dataset.tabName, true);
  }

  panel.addEventListener("keydown", function (event) {
    var plain = !event.ctrlKey && !event.altKey && !event.metaKey;
    if (event.key === "F2" && plain) turn(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape" && !event.target.closest("dialog, .select2-container, .dropdown.open") && !alone) close();
    else if (event.target.getAttribute("role") === "tab" && plain && /^(ArrowRight|ArrowLeft|Home|End)$/.test(event.key)) {
      turn(event.key === "ArrowRight" ? 1 : -1, event.key === "Home" ? 0 : event.key === "End" ? -1 : undefined);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });

  panel.addEventListener("click", function (event) {
    var on = function (selector) { return event.target.closest(selector); };
    var name = on("[data-tab-name]"), go = on("[data-go-tab]"), further = on("[data-further]"), other = on("[data-show-ticket]");
    if (name) choose(name.dataset.tabName, true);
    else if (go) { event.preventDefault(); choose(go.dataset.goTab, true); }
    else if (on("[data-go-answer]")) answer(shown());
    else if (on("[data-close-panel]")) close();
    else if (on("[data-refresh]")) leaving(function () { load(shown()); });
    else if (other) leaving(function () { load(Number(other.dataset.showTicket), "attendance", true); });
    else if (further) more(further);
  });

  /* A note more, in the strip and in the menu. */
  panel.addEventListener("balcao:noted", function () {
    panel.querySelectorAll('[data-count="notes"]').forEach(function (place) {
      if (!place.hidden && !/^\d+$/.test(place.textContent)) return; // more than are counted
      place.textContent = place.hidden ? 1 : Number(place.textContent) + 1;
      place.hidden = false;
    });
  });

  /* Older rows below what is shown; earlier messages above it. */
  function more(button) {
    var body = part("body"), list = button.closest("[data-list]"), back = button.dataset.before !== undefined;
    button.disabled = true;
    get(button.dataset.further).then(function (html) {
      var came = made(html).querySelector("[data-list]"), height = body.scrollHeight, line = button.parentNode;
      var rows = came.querySelector("ul, ol"), mine = list.querySelector("ul, ol"), next = came.querySelector("[data-further]");
      var first = rows && rows.firstElementChild;
      if (rows && back) mine.prepend.apply(mine, Array.from(rows.children));
      else if (rows) mine.append.apply(mine, Array.from(rows.children));
      if (next) line.replaceWith(next.parentNode); else line.remove();
      if (back) body.scrollTop += body.scrollHeight - height;
      else if (first) { first.tabIndex = -1; first.focus(); }
    }).catch(function () {
      button.disabled = false;
      window.balcao.toast(words.failed, "bad");
    });
  }

  panel.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.dataset.searchForm === undefined) return;
    event.preventDefault();
    get(form.action + "?" + new URLSearchParams(new FormData(form))).then(function (html) {
      var body = part("body");
      body.innerHTML = html;
      added(body);
      var wrong = body.querySelector("[aria-invalid=true]");
      (wrong || body.querySelector("[data-search-form] button:not([type=button])")).focus();
    }).catch(function () { window.balcao.toast(words.failed, "bad"); });
  });

  /* A form that is a whole tab: kept, or drawn again with what was refused beside its fields. */
  function touched(event) {
    var form = event.target.closest("[data-tab-form]");
    if (form) form.dataset.typed = "";
  }
  ["input", "change"].forEach(function (name) { panel.addEventListener(name, touched); });
  if (window.jQuery) window.jQuery(panel).on("select2:select select2:unselect select2:clear", "[data-tab-form] select", function () {
    this.form.dataset.typed = "";
  });
  panel.addEventListener("submit", function (event) {
    var form = event.target, id = shown(), button = document.activeElement;
    if (form.dataset.tabForm === undefined) return;
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "1";
    fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin", headers: { "X-Requested-With": "fetch", Accept: "text/html" } }).then(function (answer) {
      if (answer.redirected || (!answer.ok && answer.status !== 422 && answer.status !== 409)) throw new Error(String(answer.status));
      return answer.text();
    }).then(function (html) {
      var body = part("body"), fresh = made(html).querySelector("[data-tab-form]");
      if (shown() !== id || !document.contains(form)) return;
      body.innerHTML = html;
      added(body);
      var now = body.querySelector("[data-tab-form]"), wrong = body.querySelector("[aria-invalid=true]");
      var place = wrong && wrong.matches("select") && wrong.nextElementSibling && wrong.nextElementSibling.querySelector(".select2-selection") || wrong;
      (place || (button && button.id && document.getElementById(button.id)) || body).focus();
      if (!fresh || now.dataset.typed !== undefined) return;
      window.balcao.toast(now.dataset.told, "ok");
      say("changed", { ids: [id] });
    }).catch(function () {
      delete form.dataset.busy;
      window.balcao.toast(words.notSaved, "bad");
    });
  });

  // ---- the list

  var followed = null; // the focus as the grid told it last: the panel goes with it only when it moves
  function follow(id) {
    window.clearTimeout(follow.timer);
    follow.timer = window.setTimeout(function () {
      if (shown() !== null && shown() !== id && !noted()) load(id);
    }, 180);
  }
  document.addEventListener("central:select", function (event) {
    var moved = event.detail.focused !== followed;
    followed = event.detail.focused;
    if (moved && followed && shown() !== null) follow(Number(followed));
  });
  document.addEventListener("central:changed", function (event) {
    if ((event.detail.ids || []).map(Number).indexOf(shown()) >= 0) again(noted);
  });
  document.addEventListener("central:removed", function (event) {
    if (shown() !== null && (event.detail.ids || []).map(Number).indexOf(shown()) >= 0) { fresh = false; close(); }
  });
  var later = null;
  document.addEventListener("balcao:live", function (event) { // several at once make one reading
    var told = event.detail;
    if (told.kind !== "live.reset" && (told.kind !== "ticket.changed" || told.ids.indexOf(shown()) < 0)) return;
    window.clearTimeout(later);
    later = window.setTimeout(again, 400, function () {
      return noted() || changing() || document.querySelector("#central-panel dialog[open]") !== null;
    });
  });
  /* A form of the tab that is being filled is not drawn anew under one's hands. */
  function changing() {
    var body = part("body"), here = document.activeElement;
    return Boolean(body && here && body.contains(here) && (here.form || here.closest("form")));
  }

  window.balcao = Object.assign(window.balcao || {}, { ticket: {
    panel: panel, words: words, load: load, shown: shown, inside: inside, choose: choose, token: token, key: key, say: say, get: get,
    typed: typed, leaving: leaving, answer: answer, added: added, close: close, keepDraft: keepDraft, sent: function () { fresh = false; window.clearTimeout(timer); },
    alone: alone
  } });
  if (inside()) added(panel);
})();
