/* Dialogs: opened by data-open, closed by data-dismiss-dialog; their forms are sent without leaving the page, so that a refusal stands
   at its field and what was typed stays. A form may have data-rows: list_tools.js gives it the chosen rows. An answer with a location
   leads there; one without ends with the event balcao:done on its form. A refusal with the field "sure" is a question: who says yes sends
   its number along. Forms outside of dialogs are sent alike. */
(function () {
  "use strict";
  var notSent = document.currentScript.dataset.notSent;
  document.addEventListener("click", function (event) {
    var open = event.target.closest("[data-open]"), close = event.target.closest("[data-dismiss-dialog]");
    if (open && !open.disabled) {
      var dialog = document.querySelector(open.dataset.open);
      if (dialog && !dialog.open) {
        dialog.showModal();
        begin(dialog);
      }
    }
    if (close && close.closest("dialog").open) close.closest("dialog").close();
  });

  /* One begins at the first field, not at the button that closes; a lookup is drawn as a box of its own. */
  function begin(dialog) {
    var field = dialog.querySelector("form input:not([type=hidden]), form select, form textarea");
    if (field) (drawn(field) || field).focus();
  }
  function drawn(field) { return field.nextElementSibling && field.nextElementSibling.querySelector(".select2-selection"); }

  function clear(form) {
    form.querySelectorAll("[data-error]").forEach(function (said) { said.hidden = true; said.textContent = ""; });
    form.querySelectorAll("[aria-invalid]").forEach(function (field) {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
    });
  }

  /* Every refusal of `fields` {name: words} at its field, the first one with the focus. */
  function refuse(form, answer) {
    var names = Object.keys(answer.fields || {}).reverse();
    if (answer.error && answer.error.message) answer = { error: answer.error.message };
    if (names.length < 2) { place(form, answer); return; }
    names.forEach(function (name) { place(form, { error: answer.fields[name], field: name }); });
    var first = form.querySelector("[aria-invalid=true]"); // of the form, whatever the order of the answer
    if (first) (drawn(first) || first).focus();
  }

  /* The refusal beside its field (the next error paragraph), else at the end of the form. */
  function place(form, answer) {
    var field = answer.field && form.querySelector('[data-field="' + answer.field + '"]');
    var places = form.querySelectorAll("[data-error]"), said = places[places.length - 1];
    if (field) {
      said = Array.prototype.find.call(places, function (each) {
        return field.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING;
      }) || said;
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", said.id);
      (drawn(field) || field).focus();
    }
    said.textContent = answer.error;
    said.hidden = false;
  }

  /* A refusal goes when its field is filled, and that of the files when others are there. */
  function hush(said) {
    said.hidden = true;
    said.textContent = "";
  }
  window.jQuery(document).on("input change", "form [data-field][aria-invalid]", function () {
    var said = document.getElementById(this.getAttribute("aria-describedby"));
    if (!this.form.matches("[data-dialog-form], [data-upload-form]") || !String(this.value).trim()) return;
    if (said) hush(said);
    [this, drawn(this)].forEach(function (each) { if (each) each.removeAttribute("aria-invalid"); });
    this.removeAttribute("aria-describedby");
  });
  document.addEventListener("balcao:files", function (event) {
    var form = event.target.closest("[data-upload-form]"), places = form ? form.querySelectorAll("[data-error]") : [];
    if (places.length) hush(places[places.length - 1]);
  });

  function show(form, answer) {
    var box = form.closest("dialog").querySelector("[data-refused]"), list = box.querySelector("ul");
    box.querySelector("p").textContent = answer.told;
    answer.refused.forEach(function (row) {
      var item = document.createElement("li"), name = document.createElement(row.address ? "a" : "span");
      if (row.address) name.href = row.address;
      name.className = "b-mono";
      name.textContent = row.number;
      item.append(name, ": " + row.reason);
      list.append(item);
    });
    box.querySelector("footer a").href = answer.location;
    form.hidden = true;
    box.hidden = false;
    box.querySelector("footer a").focus();
    form.closest("dialog").addEventListener("close", function () { window.location = answer.location; });
  }

  /* The question stands in the place of the form, which keeps what was typed. */
  function ask(form, answer) {
    var dialog = form.closest("dialog"), box = dialog.querySelector("[data-sure]"), yes = box.querySelector("[data-sure-yes]"), no = box.querySelector("[data-sure-no]");
    function turn(asking) {
      form.hidden = asking;
      box.hidden = !asking;
    }
    box.querySelector("p").textContent = answer.error;
    yes.textContent = answer.label;
    turn(true);
    no.focus();
    no.onclick = function () { turn(false); begin(dialog); };
    yes.onclick = function () { turn(false); send(form, null, answer.sure); };
    dialog.addEventListener("close", function () { turn(false); }, { once: true });
  }

  function done(form, answer) {
    var dialog = form.closest("dialog");
    if (dialog && dialog.open) dialog.close();
    form.dispatchEvent(new CustomEvent("balcao:done", { detail: answer, bubbles: true }));
  }

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.dataset.dialogForm === undefined) return;
    event.preventDefault();
    if (!form.dataset.busy) send(form, event.submitter);
  });

  function send(form, button, sure) {
    form.dataset.busy = "1";
    clear(form);
    var data = new FormData(form);
    if (button && button.name) data.append(button.name, button.value);
    if (sure !== undefined) data.append("sure", sure);
    form.dispatchEvent(new CustomEvent("balcao:collect", { detail: data, bubbles: true }));
    fetch(form.action, { method: "POST", body: data, credentials: "same-origin", headers: { Accept: "application/json" } })
      .then(function (sent) {
        return sent.json().then(function (answer) { return { ok: sent.ok, answer: answer }; }, function () { throw new Error(String(sent.status)); });
      }).then(function (got) {
        if (!got.ok && got.answer.field === "sure") ask(form, got.answer);
        else if (!got.ok) refuse(form, got.answer);
        else if (!got.answer.location) done(form, got.answer);
        else if (got.answer.refused) show(form, got.answer);
        else {
          form.dispatchEvent(new CustomEvent("balcao:saved", { bubbles: true }));
          window.location = got.answer.location;
          if (window.location.hash) window.location.reload();
          return;
        }
        delete form.dataset.busy;
      }).catch(function () {
        delete form.dataset.busy;
        refuse(form, { error: notSent });
      });
  }

  window.balcao = Object.assign(window.balcao || {}, { form: { clear: clear, refuse: refuse, done: done, begin: begin, notSent: notSent } });
})();
