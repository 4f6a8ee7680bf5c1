/* The grid of the provider central: its rows take the focus one at a time, are selected, read again and added to.
   Says on the document central:select {ids, focused}, central:open {id}, central:act {act, ids}; hears central:shown {id}, central:changed {ids},
   central:removed {ids}, central:opened {id} and balcao:live {kind: "ticket.changed", ids}, "ticket.deleted" or "live.reset". For the files beside it: window.balcao.central. */
(function () {
  "use strict";
  var root = document.getElementById("central");
  if (!root) return;
  var words = root.dataset, body = document.getElementById("central-rows"), wrap = root.querySelector("[data-scroll]");
  var said = root.querySelector("[data-said]"), chip = root.querySelector("[data-chosen]"), all = root.querySelector("[data-all]");
  var news = root.querySelector("[data-news]"), footer = document.getElementById("central-footer");
  var MOST = 1000; // rows kept in a page; then the next page is one of its own
  var narrow = window.matchMedia("(max-width: 720px)"); // rows are cards (central.css)
  var KEPT = "balcao.central.focus";
  var chosen = new Set(), fresh = new Set(), own = new Set(), focused = null, read = null, anchor = null, waiting = new Set(), timer, loading = null;

  function rows() { return body ? Array.prototype.slice.call(body.rows) : []; }
  function idOf(row) { return Number(row.dataset.id); }
  function rowOf(id) { return body && id !== null ? body.querySelector('tr[data-id="' + id + '"]') : null; }
  function current() { return rowOf(focused); }
  function say(text) { said.textContent = ""; setTimeout(function () { said.textContent = text; }, 50); }
  function tell(name, detail) { document.dispatchEvent(new CustomEvent("central:" + name, { detail: detail })); }
  function selected() { return rows().map(idOf).filter(function (id) { return chosen.has(id); }); }
  /* What an act is about: the selection, else the ticket that is read and not in the list, else the row with the focus. */
  function ids() {
    var one = read === null ? focused : read;
    return chosen.size ? selected() : one === null ? [] : [one];
  }

  function draw() {
    var shown = rows(), n = chosen.size;
    shown.forEach(function (row) {
      var here = chosen.has(idOf(row));
      row.setAttribute("aria-selected", String(here));
      row.querySelector("[data-choose]").checked = here;
      row.tabIndex = idOf(row) === focused ? 0 : -1;
      row.classList.toggle("is-here", idOf(row) === focused);
    });
    if (shown.length && !current()) shown[0].tabIndex = 0;
    if (all) {
      all.checked = n > 0 && n === shown.length;
      all.indeterminate = n > 0 && n < shown.length;
    }
    chip.hidden = n === 0;
    chip.textContent = n === 0 ? "" : n === 1 ? words.one : words.some.replace("{n}", n);
  }

  function fill() {
    var row = current();
    footer.hidden = !row;
    if (!row) return;
    var values = JSON.parse(row.dataset.footer);
    footer.querySelectorAll("[data-foot]").forEach(function (place) {
      var text = place.dataset.foot === "number" ? row.dataset.number : values[place.dataset.foot];
      place.textContent = text;
      place.parentNode.hidden = !text;
    });
  }

  function told() {
    draw();
    fill();
    tell("select", { ids: selected(), focused: focused });
  }

  /* Rows scroll under the heads, not behind them. */
  function reveal(row) {
    if (wrap.scrollHeight <= wrap.clientHeight + 1) { row.scrollIntoView({ block: "nearest" }); return; }
    var box = wrap.getBoundingClientRect(), place = row.getBoundingClientRect(), head = body.parentNode.tHead.getBoundingClientRect().height;
    if (place.top < box.top + head) wrap.scrollTop -= box.top + head - place.top;
    else if (place.bottom > box.top + wrap.clientHeight) wrap.scrollTop += place.bottom - box.top - wrap.clientHeight;
  }

  function focusRow(row, quietly) {
    if (!row) return;
    var moved = focused !== idOf(row);
    focused = idOf(row);
    if (moved) read = null;
    if (!quietly) {
      row.tabIndex = 0;
      row.focus({ preventScroll: true });
      reveal(row);
    }
    if (moved) told(); else draw();
  }

  /* Space, Ctrl+click and the box toggle one; Shift takes all between the last one and this. */
  function choose(row, extend) {
    var id = idOf(row), list = rows();
    if (extend && rowOf(anchor)) {
      var from = list.indexOf(rowOf(anchor)), to = list.indexOf(row), on = chosen.has(anchor) || !chosen.has(id);
      list.slice(Math.min(from, to), Math.max(from, to) + 1).forEach(function (each) {
        if (on) chosen.add(idOf(each)); else chosen.delete(idOf(each));
      });
    } else {
      if (!chosen.delete(id)) chosen.add(id);
      anchor = id;
    }
    told();
  }
  function chooseAll(on) {
    chosen = new Set(on ? rows().map(idOf) : []);
    told();
  }

  // ---- rows from the server

  function query(change) {
    var asked = new URLSearchParams(window.location.search);
    ["after", "before"].forEach(function (name) { asked.delete(name); });
    Object.keys(change).forEach(function (name) { asked.set(name, change[name]); });
    return asked;
  }
  function fetched(asked) {
    return fetch(words.rows + "?" + asked, { credentials: "same-origin", headers: { Accept: "text/html" } }).then(function (sent) {
      if (!sent.ok || sent.redirected) throw new Error(String(sent.status));
      return sent.text();
    }).then(function (text) {
      var box = document.createElement("tbody");
      box.innerHTML = text;
      return Array.prototype.slice.call(box.rows);
    });
  }

  /* The next page below this one; what is loading already is waited for. Answers whether rows came. */
  function more() {
    var link = root.querySelector("[data-more]");
    if (!link) { say(words.end); return Promise.resolve(false); }
    if (rows().length >= MOST) { keep(null); window.location = link.href; return Promise.resolve(false); }
    if (loading) return loading;
    link.setAttribute("aria-busy", "true");
    loading = fetched(query({ after: link.dataset.after })).then(function (found) {
      var known = found.filter(function (row) { return !rowOf(row.dataset.id); });
      body.append.apply(body, known);
      var last = found[found.length - 1], next = last && last.dataset.following;
      if (next) {
        link.dataset.after = next;
        link.href = "?" + query({ after: next });
      } else link.remove();
      draw();
      say(known.length === 1 ? words.moreReadOne : words.moreRead.replace("{n}", known.length));
      return known.length > 0;
    }).catch(function () {
      window.balcao.toast(words.failed, "bad");
      return false;
    }).finally(function () { loading = null; link.removeAttribute("aria-busy"); });
    return loading;
  }

  /* How many are listed, as rows leave the list or come back to it; of more than were counted it is not known. */
  function counted(by) {
    var place = root.querySelector("[data-count]");
    if (place.dataset.capped !== undefined || !by) return;
    var n = Math.max(0, Number(place.dataset.count) + by);
    place.dataset.count = n;
    place.textContent = n.toLocaleString(document.documentElement.lang);
    root.querySelector("[data-count-word]").textContent = n === 1 ? words.ticketOne : words.ticketSome;
  }
  function listed(row) { return row.dataset.out === undefined ? 1 : 0; }

  /* The focus goes to the neighbour of a row that leaves. */
  function take(row) {
    var held = row.contains(document.activeElement), id = idOf(row), next = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    counted(-listed(row));
    chosen.delete(id);
    if (focused !== id) return;
    focused = null;
    if (next && held) focusRow(next); else if (next) focused = idOf(next);
  }
  function put(row, made) {
    var inside = document.activeElement, held = row.contains(inside), choice = inside && inside.matches("[data-choose], [data-menu], [data-open-ticket]") ? inside : null;
    row.replaceWith(made);
    counted(listed(made) - listed(row));
    if (!held) return;
    made.tabIndex = 0;
    (choice ? made.querySelector(["data-choose", "data-menu", "data-open-ticket"].filter(function (name) { return choice.hasAttribute(name); }).map(function (name) { return "[" + name + "]"; })[0]) : made).focus({ preventScroll: true });
  }
  function reread() {
    var asked = Array.from(waiting).slice(0, 200), params = query({});
    if (!asked.length) return;
    asked.forEach(function (id) { waiting.delete(id); params.append("ids", id); });
    fetched(params).then(function (found) {
      var came = new Map(found.map(function (row) { return [idOf(row), row]; }));
      asked.forEach(function (id) {
        var row = rowOf(id), made = came.get(id);
        if (row && made) put(row, made);
        else if (row) take(row);
        else if (made && made.dataset.out === undefined && !own.has(id)) fresh.add(id);
      });
      told();
      offer();
      if (waiting.size) reread();
    }).catch(function () { /* what is shown is old, and the next change reads it again */ });
  }
  /* The page is read again where it stands: what one opened is among its rows, where the filters list it. */
  function renew() {
    return fetch(window.location.href, { credentials: "same-origin", headers: { Accept: "text/html" } }).then(function (sent) {
      if (!sent.ok || sent.redirected) throw new Error(String(sent.status));
      return sent.text();
    }).then(function (text) {
      var page = new DOMParser().parseFromString(text, "text/html").getElementById("central"), found = page && page.querySelector("#central-rows");
      if (!found) return;
      ["[data-count]", "[data-count-word]", ".b-more"].forEach(function (place) { root.querySelector(place).replaceWith(page.querySelector(place)); });
      var held = body.contains(document.activeElement);
      body.replaceChildren.apply(body, Array.from(found.rows));
      chosen = new Set(selected());
      fresh.clear();
      offer();
      var row = rowOf(read) || current();
      if (row) focusRow(row, !held); else focused = null;
      told();
    }).catch(function () { window.balcao.toast(words.failed, "bad"); });
  }
  function offer() {
    news.hidden = fresh.size === 0;
    news.lastElementChild.textContent = fresh.size === 1 ? words.newsOne : words.news.replace("{n}", fresh.size);
  }
  function changed(list) {
    (list || []).forEach(function (id) { if (Number.isInteger(Number(id))) waiting.add(Number(id)); });
    clearTimeout(timer);
    timer = setTimeout(reread, 80);
  }
  document.addEventListener("central:shown", function (event) { // the panel may show an earlier ticket
    var id = event.detail.id, row = id !== null && rowOf(id);
    read = id === null || row ? null : id;
    if (row) focusRow(row, true);
    else if (id !== null && chosen.size) chooseAll(false);
  });
  document.addEventListener("central:opened", function (event) {
    if (!body) { changed([event.detail.id]); return; } // a list of nothing has no rows to renew: the page is offered anew
    own.add(event.detail.id);
    renew();
  });
  document.addEventListener("central:changed", function (event) { changed(event.detail.ids); });
  document.addEventListener("central:removed", function (event) {
    (event.detail.ids || []).forEach(function (id) { var row = rowOf(Number(id)); if (row) take(row); });
    told();
  });
  document.addEventListener("balcao:live", function (event) {
    if (event.detail.kind === "ticket.changed") changed(event.detail.ids);
    else if (["live.reset", "ticket.deleted"].indexOf(event.detail.kind) >= 0) changed(rows().map(idOf)); // something was missed or is gone: all that is shown
  });
  news.addEventListener("click", function () { keep(focused); window.location.reload(); });

  // ---- pointer

  if (body) {
    body.addEventListener("click", function (event) {
      var row = event.target.closest("tr");
      if (!row || event.target.closest("[data-menu]")) return;
      if (event.target.closest("[data-open-ticket]")) { focusRow(row); open(row); return; }
      focusRow(row);
      if (narrow.matches && event.target.closest('[data-key="title"]')) { open(row); return; } // what a finger meets first
      if (event.target.closest("input[data-choose]")) { choose(row, event.shiftKey); return; }
      if (event.ctrlKey || event.metaKey || event.shiftKey) choose(row, event.shiftKey);
    });
    body.addEventListener("mousedown", function (event) { if (event.shiftKey || event.detail > 1) event.preventDefault(); }); // no text is marked
    body.addEventListener("dblclick", function (event) {
      var row = event.target.closest("tr");
      if (row && !event.target.closest("button, input")) open(row);
    });
    body.addEventListener("focusin", function (event) {
      var row = event.target.closest("tr");
      if (row && idOf(row) !== focused) focusRow(row, true);
    });
  }
  if (all) all.addEventListener("change", function () { chooseAll(all.checked); });
  root.addEventListener("click", function (event) {
    var link = event.target.closest("[data-more]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    var last = rows()[rows().length - 1];
    more().then(function (came) { if (came && !document.contains(link)) focusRow(last.nextElementSibling); });
  });

  /* What is done next is about the ticket that is read: another selection is given up. */
  function open(row) {
    if (chosen.size && !chosen.has(idOf(row))) chooseAll(false);
    tell("open", { id: idOf(row) });
  }

  /* The place is found again after a page of its own: an id, or null for the first row. */
  function keep(id) {
    try { sessionStorage.setItem(KEPT, String(id)); } catch (_blocked) { /* the focus begins at the top */ }
  }
  function go(address) {
    keep(null);
    window.location = address;
  }

  draw();
  try {
    var left = sessionStorage.getItem(KEPT);
    sessionStorage.removeItem(KEPT);
    if (left !== null) {
      if (rows().length) focusRow(rowOf(left) || rows()[0]);
      else document.getElementById("central-empty").focus();
    }
  } catch (_blocked) { /* nothing was kept */ }

  window.balcao = Object.assign(window.balcao || {}, { central: {
    root: root, words: words, wrap: wrap, body: body, rows: rows, idOf: idOf, current: current, ids: ids, say: say, tell: tell,
    focusRow: focusRow, choose: choose, chooseAll: chooseAll, isChosen: function (row) { return chosen.has(idOf(row)); }, more: more, keep: keep,
    open: open, go: go, chosenCount: function () { return chosen.size; }
  } });
})();
