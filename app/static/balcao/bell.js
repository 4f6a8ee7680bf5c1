// The bell: counts anew when it is rung, and every minute while no stream would ring it; never behind other windows.
(function () {
  "use strict";
  var bell = document.querySelector("[data-bell]"), live = document.querySelector("[data-live-stream]"), MINUTE = 60000;
  if (!bell) return;
  var count = bell.querySelector("[data-bell-count]"), timer = null, asked = 0, rung = false;
  var token = document.querySelector("meta[name=csrf-token]").content;

  function show(told) {
    count.textContent = told.text;
    count.hidden = !told.count;
    bell.setAttribute("aria-label", told.label);
  }

  function ask() {
    window.clearTimeout(timer);
    if (document.hidden) return;
    timer = window.setTimeout(ask, MINUTE);
    if (!rung && (live.dataset.state === "live" || Date.now() - asked < 2000)) return; // focus and visibility come together
    asked = Date.now();
    rung = false;
    fetch(bell.dataset.bell, { credentials: "same-origin", headers: { "Accept": "application/json" } })
      .then(function (answer) { return answer.ok && !answer.redirected ? answer.json() : null; })
      .then(function (told) { if (told) show(told); })
      .catch(function () { /* the next minute asks again */ });
  }
  timer = window.setTimeout(ask, MINUTE);
  document.addEventListener("balcao:live", function (event) {
    if (event.detail.kind !== "bell.changed" && event.detail.kind !== "live.reset") return;
    rung = true;
    ask();
  });
  document.addEventListener("visibilitychange", ask);
  window.addEventListener("focus", ask);
  window.addEventListener("pageshow", function (event) { if (event.persisted) ask(); });

  // A notification that is opened is read, before the page it leads to counts what is unread; the browser sends it on where it leaves.
  document.addEventListener("click", function (event) {
    var link = event.target.closest("[data-read]");
    if (!link) return;
    var told = fetch(link.dataset.read, { method: "POST", keepalive: true, credentials: "same-origin", headers: { "Accept": "application/json", "X-CSRFToken": token } });
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    function go() { window.location = link.href; }
    var late = window.setTimeout(go, 1500);
    told.catch(function () { /* it stays unread */ }).then(function () {
      window.clearTimeout(late);
      go();
    });
  });
})();
