/* Messages with files: characters left as the server counts them, files that go ahead, refusals at their field.
   For every form with data-upload-form, whenever it comes. */
(function () {
  "use strict";
  var words = document.currentScript.dataset, boxes = new WeakMap(); // form -> its files
  var sent = new WeakMap(), next = new WeakSet(); // what is on its way; forms with another message behind it

  /* As the server counts: a line break is one character, and so is an emoji that the browser keeps as two. */
  function length(text) { return Array.from(text.replace(/\r\n?/g, "\n")).length; }
  function count(area) {
    var place = document.getElementById(area.id + "-left"), left = Number(area.dataset.limit) - length(area.value);
    place.querySelector("[data-left]").textContent = Math.max(0, left).toLocaleString(document.documentElement.lang);
    place.classList.toggle("is-over", left <= 0);
    place.querySelector("[data-left-said]").textContent = left <= 0 ? words.full : "";
  }
  /* What does not fit is left out of what came just now: the words that stood there stay. */
  function cut(area) {
    var over = length(area.value) - Number(area.dataset.limit);
    if (over <= 0) return;
    var end = area.selectionStart, head = Array.from(area.value.slice(0, end).replace(/\r\n?/g, "\n"));
    head = head.slice(0, Math.max(0, head.length - over)).join("");
    area.value = head + area.value.slice(end);
    if (length(area.value) > Number(area.dataset.limit)) area.value = Array.from(area.value).slice(0, Number(area.dataset.limit)).join("");
    area.setSelectionRange(head.length, head.length);
  }
  document.addEventListener("input", function (event) {
    var area = event.target;
    if (!area.dataset || !area.dataset.limit || event.isComposing) return;
    cut(area);
    count(area);
  });
  document.addEventListener("compositionend", function (event) {
    if (event.target.dataset && event.target.dataset.limit) { cut(event.target); count(event.target); }
  });
  function all(root) { root.querySelectorAll("textarea[data-limit]").forEach(count); }
  document.addEventListener("balcao:added", function (event) { all(event.detail); });
  all(document);

  // ---- files: sent ahead, they wait on the server for the message and are kept with its draft

  function enhance(form) {
    var panel = form.querySelector("[data-held-files]"), choose = form.querySelector("[data-choose-files]");
    if (!panel || boxes.has(form)) return;
    var token = function () { return form.elements.csrf_token.value; };
    var box = window.balcao.sending(panel, {
      input: form.querySelector("[type=file]"), url: panel.dataset.heldFiles, zone: form, guard: form, choose: choose, token: token,
      give: function (body) { body.append("request_key", form.elements.request_key.value); }
    });
    boxes.set(form, box);
    choose.addEventListener("click", function () { form.querySelector("[type=file]").click(); });
    panel.addEventListener("click", function (event) {
      var button = event.target.closest("[data-drop-file]");
      if (!button) return;
      fetch(button.dataset.dropFile, { method: "POST", credentials: "same-origin", headers: { Accept: "application/json", "X-CSRFToken": token() } })
        .then(function (answer) {
          if (!answer.ok && answer.status !== 404) throw new Error(String(answer.status));
          box.remove(button.closest("li"));
        }).catch(function () { window.balcao.toast(panel.dataset.failed, "bad"); });
    });
  }
  function begin(root) { root.querySelectorAll("[data-upload-form]").forEach(enhance); }
  document.addEventListener("balcao:added", function (event) { begin(event.detail); });
  begin(document);

  // ---- sending

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.dataset.uploadForm === undefined) return;
    event.preventDefault();
    send(form);
  });
  /* What is typed while a message is on its way is the next one: it stays, and goes when it was sent meanwhile. */
  function typedIn(form) { return Array.from(form.querySelectorAll("textarea[name=message]"), function (area) { return area.value; }).join("\n"); }
  function send(form, sure) {
    if (form.dataset.busy) {
      if (typedIn(form) !== sent.get(form)) next.add(form);
      return;
    }
    form.dataset.busy = "1";
    sent.set(form, typedIn(form));
    next.delete(form);
    window.balcao.form.clear(form);
    var body = new FormData(form);
    if (sure) body.append("sure", "1");
    fetch(form.action, { method: "POST", body: body, credentials: "same-origin", headers: { Accept: "application/json" } })
      .then(function (answer) {
        return answer.json().catch(function () { return { error: answer.status < 500 ? words.ended : words.notSent }; });
      }, function () { return { error: words.notSent }; })
      .then(function (told) {
        delete form.dataset.busy;
        if (told.field === "Idempotency-Key") form.elements.request_key.value = window.balcao.ticket.key(); // the next one is another message
        if (told.field === "sure") { window.balcao.ask(told.error, words.answer, function () { send(form, true); }); return; }
        if (!told.ids) { window.balcao.form.refuse(form, told); return; }
        if (boxes.has(form)) boxes.get(form).clear();
        form.elements.request_key.value = window.balcao.ticket.key();
        var more = typedIn(form) !== sent.get(form);
        if (!more) form.querySelectorAll("textarea[name=message]").forEach(function (area) { area.value = ""; count(area); });
        window.balcao.form.done(form, told);
        if (more && next.has(form)) send(form);
        else if (more) form.querySelector("textarea[name=message]").dispatchEvent(new Event("input", { bubbles: true })); // its draft
      });
  }
})();
