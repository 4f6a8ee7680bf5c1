/* A list whose rows somebody changes shows them as they are now: the same page is fetched again, seldom enough that many open
   lists are no load. What is chosen and the focus stay; an open dialog is left alone until it closes. */
(function () {
  "use strict";
  var list = document.getElementById("live-rows"), REST = 10000, timer = null, last = 0, due = false;
  if (!list) return;

  function body(of) { return of.querySelector("tbody"); }
  function known(ids) { return ids.some(function (pk) { return list.querySelector('tr[data-id="' + pk + '"]'); }); }
  function busy() { return document.hidden || document.querySelector("dialog[open], .modal.in"); }

  function soon() {
    due = true;
    window.clearTimeout(timer);
    timer = window.setTimeout(refresh, Math.max(300, last + REST - Date.now()));
  }
  function refresh() {
    if (!due || !body(list)) return;
    if (busy()) { timer = window.setTimeout(refresh, 2000); return; }
    due = false;
    last = Date.now();
    fetch(window.location.href, { credentials: "same-origin", headers: { Accept: "text/html" } }).then(function (answer) {
      return answer.ok && !answer.redirected ? answer.text() : null;
    }).then(function (text) {
      var fresh = text && new DOMParser().parseFromString(text, "text/html").getElementById("live-rows");
      if (!fresh || busy()) { due = due || Boolean(text); return; }
      put(fresh);
    }).catch(function () { /* the next change tries again */ });
  }
  function put(fresh) {
    var chosen = Array.prototype.map.call(list.querySelectorAll("[data-row]:checked"), function (box) { return box.value.split(":")[0]; });
    var at = document.activeElement, row = at && at.closest && at.closest("#live-rows tbody tr"), place = null;
    if (row) place = [row.dataset.id, Array.prototype.indexOf.call(row.querySelectorAll("a, input"), at)];
    if (body(fresh)) body(list).replaceWith(body(fresh));
    else body(list).replaceChildren();
    document.getElementById("rows-title").replaceChildren.apply(document.getElementById("rows-title"), fresh.querySelector("#rows-title").childNodes);
    list.querySelectorAll("[data-row]").forEach(function (box) { box.checked = chosen.indexOf(box.value.split(":")[0]) >= 0; });
    row = place && list.querySelector('tr[data-id="' + place[0] + '"]');
    if (row && place[1] >= 0) row.querySelectorAll("a, input")[place[1]].focus();
    document.dispatchEvent(new Event("balcao:rows"));
  }
  document.addEventListener("balcao:live", function (event) {
    if (event.detail.kind === "live.reset" || event.detail.kind === "attendance.changed" && known(event.detail.ids)) soon();
  });
  document.addEventListener("visibilitychange", refresh);
})();
