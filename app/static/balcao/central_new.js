/* "Novo atendimento" begins with the provider of the chosen ticket and its contact; a provider chosen there brings its own. What a person
   has typed stays: only what is empty, or was put there by this, is filled. For central_acts.js: window.balcao.ticket.beginNew. */
(function ($) {
  "use strict";
  var ticket = window.balcao.ticket;
  if (!ticket) return;
  var FIELDS = ["contact_name", "contact_phone", "contact_email"], put = {}, asked = 0;

  /* What is known, or nothing: the form is then filled by hand. */
  function known(name, id) {
    var mine = ++asked;
    return fetch(ticket.words.contact + "?" + name + "=" + encodeURIComponent(id), { credentials: "same-origin", headers: { Accept: "application/json" } })
      .then(function (answer) { return answer.ok && !answer.redirected ? answer.json() : null; }, function () { return null; })
      .then(function (found) { return mine === asked ? found : null; });
  }
  function fill(form, found) {
    FIELDS.forEach(function (name) {
      var field = form.elements[name];
      if (field.value && field.value !== put[name]) return;
      put[name] = field.value = found ? found[name] : "";
    });
  }
  function choose(form, provider) {
    var select = form.elements.provider_id;
    put.provider_id = String(provider.id);
    select.replaceChildren(new Option("", ""), new Option(provider.text, provider.id, true, true));
    $(select).trigger("change");
  }
  function begun(form) { return form.elements.title.value || form.elements.message.value; }

  ticket.beginNew = function (form, ids) {
    if (!form.dataset.begins) {
      form.dataset.begins = "1";
      form.addEventListener("reset", function () { put = {}; });
      $(form.elements.provider_id).on("change", function () {
        var id = this.value;
        if (id && id !== put.provider_id) known("provider", id).then(function (found) { fill(form, found); });
      });
    }
    var free = !form.elements.provider_id.value || form.elements.provider_id.value === put.provider_id;
    if (ids.length !== 1 || !free || begun(form)) return null;
    return known("ticket", ids[0]).then(function (found) {
      if (!found) return;
      choose(form, found.provider);
      fill(form, found);
    });
  };
})(window.jQuery);
