// E-mail to the entity: a question before a template takes the place of what was written.
(function () {
  "use strict";
  var form = document.getElementById("email-form"), use = document.getElementById("use-template");
  if (!form) return;
  [form.elements.subject, form.elements.body].forEach(function (box) {
    box.addEventListener("input", function () {
      use.dataset.confirm = form.dataset.replace;
      use.dataset.confirmLabel = form.dataset.replaceLabel;
    });
  });
  var wrong = form.querySelector("[aria-invalid=true]"), preview = document.getElementById("preview");
  if (wrong) wrong.focus();
  else if (preview) preview.scrollIntoView({ block: "nearest" });
})();
