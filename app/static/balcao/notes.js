// "Notas internas": a note is added in place; "@" offers the colleagues who may see the attendance.
(function () {
  "use strict";
  start();
  document.addEventListener("balcao:added", start); // the panel of a ticket comes later than the page

  function start() {
  var panel = document.getElementById("notes"), box = document.getElementById("note-text");
  if (!panel || !box || box.dataset.ready) return;
  box.dataset.ready = "1";
  var form = box.form, people = document.getElementById("note-people"), error = document.getElementById("note-err");
  var said = panel.querySelector("[data-said]"), words = panel.dataset;
  var at = -1, chosen = -1, asked = 0, timer = null, sending = false;
  var AT = /(^|[^\w@.+-])@([\wÀ-ÿ.+@-]{0,40})$/;

  /* What is typed is kept on the server, whatever becomes of the page; box.defaultValue is what is kept. */
  var record = panel.closest("form"), fresh = false, lost = false, pending = null, keeping = null;
  function keep(leaving) {
    window.clearTimeout(keeping);
    if (pending && !leaving) return pending.then(function () { return keep(); });
    if (!fresh || sending) return Promise.resolve();
    fresh = false;
    var text = box.value, sent = pending = fetch(words.draft, {
      method: "POST", keepalive: Boolean(leaving), credentials: "same-origin", body: JSON.stringify({ text: text }),
      headers: { "Accept": "application/json", "Content-Type": "application/json", "X-CSRFToken": form.elements.csrf_token.value }
    }).then(function (answer) {
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      lost = false;
      box.defaultValue = text;
    }).catch(function () { fresh = lost = true; }).then(function () { if (pending === sent) pending = null; });
    return pending;
  }
  function typed() {
    fresh = true;
    window.clearTimeout(keeping);
    keeping = window.setTimeout(keep, 800);
  }
  if (box.value !== box.defaultValue && error.hidden) typed(); // before this script ran
  box.addEventListener("input", typed);
  document.addEventListener("balcao:keep", function (event) { if (document.contains(box)) event.detail.push(keep()); });
  box.addEventListener("change", function () { keep(); });
  var tried = false;
  if (record) record.addEventListener("submit", function (event) { // the record waits for the note
    var button = event.submitter;
    if (tried || !fresh && !pending) { tried = false; return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    keep().then(function () {
      tried = true;
      record.requestSubmit(button);
    });
  }, true);
  if (record) record.addEventListener("formdata", function (event) { // and takes along one that could not be kept
    if (lost) event.formData.set("note_text", box.value);
  });
  window.addEventListener("beforeunload", function (event) {
    if (!document.contains(box)) return;
    keep(true);
    if (lost && !(record && record.dataset.sent)) event.preventDefault();
  });

  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-haspopup", "listbox");
  box.setAttribute("aria-controls", "note-people");
  ["input", "change"].forEach(function (kind) { // a note is no change of the record that stands to be confirmed
    panel.addEventListener(kind, function (event) { event.stopPropagation(); });
  });

  function close() {
    asked += 1;
    window.clearTimeout(timer);
    people.hidden = true;
    people.textContent = "";
    box.removeAttribute("aria-activedescendant");
    chosen = at = -1;
  }

  function mark(number) {
    var rows = people.children;
    chosen = (number + rows.length) % rows.length;
    Array.from(rows).forEach(function (row, index) { row.setAttribute("aria-selected", String(index === chosen)); });
    box.setAttribute("aria-activedescendant", rows[chosen].id);
    rows[chosen].scrollIntoView({ block: "nearest" });
  }

  function take(row) {
    var end = box.selectionStart, name = "@" + row.dataset.login + " ", from = at;
    box.setRangeText(name, from, end, "end");
    typed();
    close();
    box.focus();
  }

  function offer(found, from) {
    people.textContent = "";
    at = from;
    said.textContent = found.length > 1 ? words.found.replace("{n}", found.length) : found.length ? words.one : words.none;
    if (!found.length) { people.hidden = true; box.removeAttribute("aria-activedescendant"); return; }
    found.forEach(function (person, number) {
      var row = document.createElement("li"), name = document.createElement("b"), login = document.createElement("span");
      row.id = "note-person-" + number;
      row.setAttribute("role", "option");
      row.dataset.login = person.login;
      name.textContent = person.name;
      login.textContent = "@" + person.login;
      row.append(name, " ", login);
      row.addEventListener("mousedown", function (event) { event.preventDefault(); take(row); });
      people.append(row);
    });
    people.hidden = false;
    mark(0);
  }

  function look() {
    var found = box.selectionStart === box.selectionEnd && AT.exec(box.value.slice(0, box.selectionStart));
    if (!found) { if (at >= 0 || !people.hidden) close(); return; }
    var mine = asked += 1, from = box.selectionStart - found[2].length - 1;
    window.clearTimeout(timer);
    timer = window.setTimeout(function () {
      fetch(words.people + "?q=" + encodeURIComponent(found[2]), { credentials: "same-origin", headers: { "Accept": "application/json" } })
        .then(function (answer) { return answer.ok && !answer.redirected ? answer.json() : { people: [] }; })
        .then(function (told) { if (mine === asked) offer(told.people, from); })
        .catch(function () { if (mine === asked) close(); });
    }, 120);
  }

  box.addEventListener("input", look);
  box.addEventListener("blur", close);
  box.addEventListener("keydown", function (event) { // Ctrl+Enter sends: shell.js
    if (people.hidden || event.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") mark(chosen + (event.key === "ArrowDown" ? 1 : -1));
    else if (event.key === "Enter" || event.key === "Tab" && !event.shiftKey) take(people.children[chosen]);
    else if (event.key === "Escape") { event.stopPropagation(); close(); }
    else return;
    event.preventDefault();
  });

  function refuse(text) {
    error.textContent = text;
    error.hidden = !text;
    if (text) {
      box.setAttribute("aria-invalid", "true");
      box.setAttribute("aria-describedby", "note-help note-err");
      box.focus();
    } else {
      box.removeAttribute("aria-invalid");
      box.setAttribute("aria-describedby", "note-help");
    }
  }

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    if (sending) return;
    sending = true;
    window.clearTimeout(keeping);
    close();
    (pending || Promise.resolve()).then(function () { // a draft that arrives after the note would bring it back
      return fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin", headers: { "Accept": "application/json", "X-CSRFToken": form.elements.csrf_token.value } });
    }).then(function (answer) {
      return answer.json().then(function (told) {
        if (!answer.ok) return refuse(told.error.message);
        refuse("");
        panel.querySelector("[data-notes]").insertAdjacentHTML("beforeend", told.html);
        var nothing = panel.querySelector("[data-nothing]");
        if (nothing) nothing.remove();
        box.value = box.defaultValue = "";
        fresh = lost = false;
        form.elements.request_key.value = Array.from(window.crypto.getRandomValues(new Uint8Array(16)), function (x) { return x.toString(16).padStart(2, "0"); }).join("");
        said.textContent = words.added;
        panel.dispatchEvent(new CustomEvent("balcao:noted", { bubbles: true }));
        box.focus();
      });
    }).catch(function () { refuse(words.failed); }).then(function () { sending = false; });
  });
  }
})();
