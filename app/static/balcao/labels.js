/* Labels on the record: added and taken off at once, without touching what is typed in the form around them. */
(function () {
  "use strict";
  var panel = document.querySelector("[data-labels]");
  if (!panel) return;

  function show(html, said, focus) {
    panel.innerHTML = html; // made by the server, every name escaped there
    panel.querySelector("[data-label-said]").textContent = said || "";
    var next = panel.querySelector(focus) || panel.querySelector("button, select");
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
  panel.addEventListener("click", function (event) {
    var remove = event.target.closest("[data-label-remove]");
    if (remove) send({ remove: remove.dataset.labelRemove }, "[data-label-add]");
    if (event.target.closest("[data-label-offer]")) {
      fetch(panel.dataset.labels, { credentials: "same-origin" }).then(function (answer) {
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.text();
      }).then(function (html) { show(html, "", "[data-label-add]"); })
        .catch(function () { window.balcao.toast(panel.dataset.failed, "bad"); });
    }
  });
  ["input", "change"].forEach(function (name) {
    panel.addEventListener(name, function (event) {
      event.stopPropagation(); // no part of the record's form: it does not make it unsaved
      if (name === "change" && event.target.matches("[data-label-add]") && event.target.value) send({ add: event.target.value }, "[data-label-add]");
    });
  });
})();
