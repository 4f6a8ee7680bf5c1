/* Labels on the record: added and taken off at once, without touching what is typed in the form around them. Arrows walk along those
   that are offered, Enter adds, Escape closes. */
(function () {
  "use strict";
  var panel = document.querySelector("[data-labels]");
  if (!panel) return;

  function show(html, said, focus) {
    panel.innerHTML = html; // made by the server, every name escaped there
    panel.querySelector("[data-label-said]").textContent = said || "";
    var next = panel.querySelector(focus) || panel.querySelector("[data-label-offer]") || panel.querySelector("button");
    if (next) next.focus();
  }
  function send(values, focus) {
    var data = new FormData();
    data.append("csrf_token", panel.dataset.token);
    Object.keys(values).forEach(function (name) { data.append(name, values[name]); });
    fetch(panel.dataset.labels, { method: "POST", body: data, credentials: "same-origin" }).then(function (answer) {
      if (answer.ok) return answer.text().then(function (html) { show(html, "", focus); });
      return answer.json().then(function (refused) { window.balcao.toast(refused.error, "bad"); });
    }).catch(function () { window.balcao.toast(panel.dataset.failed, "bad"); });
  }
  function close() {
    var free = panel.querySelector("[data-label-free]"), offer = panel.querySelector("[data-label-offer]");
    if (!free) return false;
    free.remove();
    offer.setAttribute("aria-expanded", "false");
    offer.focus();
    return true;
  }
  panel.addEventListener("keydown", function (event) {
    var offered = Array.from(panel.querySelectorAll("[data-label-add]")), at = offered.indexOf(document.activeElement);
    var step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (event.key === "Escape" && close()) event.preventDefault();
    if (!step || at < 0) return;
    event.preventDefault();
    offered[(at + step + offered.length) % offered.length].focus();
  });
  panel.addEventListener("click", function (event) {
    var remove = event.target.closest("[data-label-remove]"), add = event.target.closest("[data-label-add]");
    if (remove) send({ remove: remove.dataset.labelRemove }, "[data-label-add]");
    if (add) send({ add: add.dataset.labelAdd }, "[data-label-add]");
    if (event.target.closest("[data-label-offer]") && !close()) {
      fetch(panel.dataset.labels, { credentials: "same-origin" }).then(function (answer) {
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.text();
      }).then(function (html) { show(html, "", "[data-label-add]"); })
        .catch(function () { window.balcao.toast(panel.dataset.failed, "bad"); });
    }
  });
})();
