// "Anexos" of a detail page: sent as they are chosen, removed after a question.
(function () {
  "use strict";
  var panel = document.getElementById("files");
  if (!panel) return;
  var list = panel.querySelector("[data-list]"), input = document.getElementById("file-input"), words = panel.dataset;
  var token = (document.querySelector("#file-remove [name=csrf_token]") || {}).value, choose = panel.querySelector("[data-choose]");

  ["input", "change"].forEach(function (kind) { // a chosen file is no change of the record that stands to be confirmed
    panel.addEventListener(kind, function (event) { event.stopPropagation(); });
  });
  function count() {
    var number = panel.querySelector("[data-count]"), have = list.children.length;
    number.textContent = have;
    number.hidden = !have;
  }

  if (input) {
    window.balcao.sending(panel, {
      input: input, url: words.url, arrived: count, choose: choose,
      token: function () { return token; },
      give: function (body, one) { body.append("request_key", one.key); }
    });
    choose.addEventListener("click", function () { input.click(); });
  }

  panel.addEventListener("click", function (event) {
    var button = event.target.closest("[data-remove-file]");
    if (!button) return;
    event.preventDefault();
    window.balcao.ask(button.dataset.confirm, button.dataset.confirmLabel, function () {
      var line = button.closest("li");
      fetch(button.formAction, { method: "POST", credentials: "same-origin", headers: { "Accept": "application/json", "X-CSRFToken": token } })
        .then(function (answer) {
          return answer.json().then(function (told) {
            if (!answer.ok) throw new Error(told.error.message);
            line.remove();
            count();
            window.balcao.toast(words.gone);
            document.getElementById("files-title").focus();
          });
        }).catch(function (error) { window.balcao.toast(error instanceof SyntaxError || error instanceof TypeError ? words.failed : error.message, "bad"); });
    });
  });
})();
