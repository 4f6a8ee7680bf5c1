/* Fields of files: what is chosen or dropped is sent at once and waits on the server; the form posts only which files. */
(function () {
  "use strict";
  function enhance(panel) {
    var form = panel.closest("form"), words = panel.dataset, input = panel.querySelector("[type=file]");
    if (!input || !form || form.dataset.look !== undefined) return; // a preview sends nothing
    panel.dataset.ready = "1";
    input.removeAttribute("name"); // each file goes by itself, not with the form
    function changed() { input.dispatchEvent(new Event("change", { bubbles: true })); } // drafts and the question before leaving
    var box = window.balcao.sending(panel, {
      input: input, url: words.fieldFiles, guard: form, arrived: changed,
      token: function () { return form.elements.csrf_token.value; },
      give: function (body) { body.append("name", words.name); },
      refusal: function () { return box.left() >= Number(words.most) ? words.tooMany : ""; }
    });
    panel.addEventListener("click", function (event) {
      var button = event.target.closest("[data-drop-file]");
      if (!button) return;
      box.remove(button.closest("li"));
      changed();
    });
  }
  function begin(root) { root.querySelectorAll("[data-field-files]:not([data-ready])").forEach(enhance); }
  begin(document);
  document.addEventListener("balcao:added", function (event) { if (event.detail) begin(event.detail); });
})();
