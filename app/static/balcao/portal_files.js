/* "Anexos" of a form of the portal: sent ahead, they wait on the server for the form, and a refused form has them still. */
(function () {
  "use strict";
  var panel = document.querySelector("[data-files]");
  if (!panel) return;
  var form = panel.closest("form"), words = panel.dataset, token = form.querySelector("[name=csrf_token]").value;
  panel.classList.add("is-live");
  var box = window.balcao.sending(panel, {
    input: panel.querySelector("[type=file]"), url: words.url, zone: form, guard: form,
    token: function () { return token; },
    give: function (body) { body.append("request_key", form.querySelector("[name=request_key]").value); }
  });
  panel.addEventListener("click", function (event) {
    var button = event.target.closest("[data-drop-file]");
    if (!button) return;
    event.preventDefault();
    fetch(button.dataset.dropFile, { method: "POST", credentials: "same-origin", headers: { "Accept": "application/json", "X-CSRFToken": token } })
      .then(function (answer) {
        if (!answer.ok && answer.status !== 404) throw new Error(String(answer.status));
        box.remove(button.closest("li"));
      }).catch(function () { window.balcao.toast(words.failed, "bad"); });
  });
})();
