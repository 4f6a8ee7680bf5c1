/* The designer of forms, its way to the server: the preview while one writes, the whole form saved at once, refusals put where they belong. */
(function () {
  "use strict";
  var D = window.balcao && window.balcao.designer;
  if (!D) return;
  var look = D.page.querySelector("[data-look]"), chip = D.page.querySelector("[data-dirty]"), button = D.page.querySelector("[data-save-now]");
  var box = D.page.querySelector("[data-refused]"), told = D.page.querySelector("[data-refused-text]"), timer = null, asked = 0, busy = false;

  function send(address, body) {
    return fetch(address, { method: "POST", credentials: "same-origin", body: JSON.stringify(body),
      headers: { "Content-Type": "application/json", "X-CSRFToken": D.token, Accept: "application/json" } });
  }

  /* ---- the preview, and the variables that new fields would get */

  function draw() {
    var mine = ++asked, sent = D.sent().map(function (each) { return each.uid; });
    send(D.page.dataset.preview, D.written()).then(function (answer) {
      return answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)));
    }).then(function (answer) {
      if (mine !== asked) return; // a later one is on its way
      look.innerHTML = answer.html;
      sent.forEach(function (uid, place) { D.keys[uid] = answer.keys[place]; });
      D.tell("keys");
      document.dispatchEvent(new CustomEvent("balcao:added", { detail: look }));
    }).catch(function () { /* the designer works without it */ });
  }
  function soon() {
    clearTimeout(timer);
    timer = setTimeout(draw, 400);
  }
  D.on("dirty", function () {
    chip.hidden = !D.dirty;
    soon();
  });
  window.addEventListener("beforeunload", function (event) { if (D.dirty) event.preventDefault(); });

  /* ---- saving */

  function save() {
    if (busy) return;
    var sent = D.sent().map(function (each) { return each.uid; }), edits = D.edits;
    busy = true;
    button.textContent = D.words.saving;
    send(D.page.dataset.save, D.written()).then(function (answer) {
      return answer.json().then(function (body) { return { ok: answer.ok, body: body }; });
    }).then(function (got) {
      if (!got.ok) refused(got.body, sent);
      else if (D.edits === edits) kept(got.body, sent);
      else named(got.body, sent);
    }).catch(function () {
      box.hidden = true;
      window.balcao.toast(D.words.not_sent, "bad");
    }).finally(function () {
      busy = false;
      button.textContent = D.words.save;
    });
  }
  function kept(body, sent) {
    var focused = document.activeElement && document.activeElement.dataset ? document.activeElement : null, chosen = D.chosen;
    D.state = D.read(body.document, sent);
    D.base = body.document;
    D.errors = {};
    D.removed = [];
    D.dirty = false;
    D.page.dataset.save = body.location;
    if (window.location.pathname !== body.location) window.history.replaceState(null, "", body.location);
    box.hidden = true;
    chip.hidden = true;
    D.tell("drawn");
    D.choose(chosen.kind, chosen.uid);
    if (focused && focused.isConnected) focused.focus(); else D.tell("focus");
    window.balcao.toast(body.said || D.words.saved);
    draw();
  }

  /* Something was typed while it was on its way: that stays, to be saved next. */
  function named(body, sent) {
    Object.assign(D.state, { id: body.document.id, version: body.document.version, slug: body.document.slug });
    body.document.fields.forEach(function (row, place) {
      var field = D.field(sent[place]);
      if (field) Object.assign(field, { id: row.id, key: row.key });
    });
    D.base = body.document;
    D.errors = {};
    D.page.dataset.save = body.location;
    if (window.location.pathname !== body.location) window.history.replaceState(null, "", body.location);
    box.hidden = true;
    D.tell("redraw");
    window.balcao.toast(body.said || D.words.saved);
  }

  /* {"fields.3.name": words} as {mark of the field: {name: words}}. */
  function refused(body, sent) {
    var loose = [];
    D.errors = {};
    if (body.document) adopt(body.document, loose);
    Object.keys(body.fields || {}).forEach(function (at) {
      var parts = at.split("."), words = body.fields[at], owner = "form", name = at;
      if (parts[0] === "fields" && parts.length > 1) {
        owner = sent[Number(parts[1])];
        name = parts.slice(2).join(".") || "name";
      } else if (parts[0] === "sections" && parts.length > 1) {
        owner = D.state.sections[Number(parts[1])].uid;
        name = parts[2] || "title";
      } else if (at === "fields") {
        loose.push(words);
        restore();
        return;
      } else if (at !== "name" && at !== "help") {
        loose.push(words);
        return;
      }
      (D.errors[owner] = D.errors[owner] || {})[name] = words;
      if (name === "options") missing(owner);
    });
    if (!Object.keys(D.errors).length && !loose.length) loose.push(body.error);
    window.balcao.hush();
    told.textContent = (loose.length ? loose : [D.words.refused]).join(" ");
    box.hidden = false;
    D.tell("drawn");
    first();
  }
  /* The first place that was refused: the form itself, then down the page. */
  function first() {
    var field = D.sent().find(function (each) { return D.errors[each.uid]; });
    var section = D.state.sections.find(function (each) { return D.errors[each.uid]; });
    if (D.errors.form) D.choose("form", null);
    else if (section) D.choose("section", section.uid);
    else if (field && field.active) D.choose("field", field.uid);
    else D.choose(D.chosen.kind, D.chosen.uid);
    D.firstWrong();
  }
  /* What may not be removed stands among the retired ones again. */
  function restore() {
    D.removed.forEach(function (field) { D.state.fields.push(Object.assign(field, { active: false })); });
    D.removed = [];
  }
  /* Options that somebody chose are back where they stood: behind the one that they stood behind. */
  function missing(uid) {
    var it = D.field(uid), before = D.base.fields.find(function (row) { return row.id === it.id; }), above = null;
    function at(value) { return it.options.findIndex(function (each) { return each.value === value; }); }
    (before ? before.options : []).forEach(function (option) {
      if (at(option.value) < 0) it.options.splice(above === null ? 0 : at(above) + 1, 0, Object.assign({}, option, { uid: D.uid() }));
      above = option.value;
    });
  }
  /* Somebody else saved: his version is the one that the next saving replaces, his new fields are kept. */
  function adopt(stored, loose) {
    var mine = {}, differ = [], before = {};
    D.state.version = stored.version;
    D.state.fields.forEach(function (each) { if (each.id) mine[each.id] = each; });
    D.base.fields.forEach(function (row) { before[row.id] = row; });
    var theirs = D.read(stored);
    theirs.fields.forEach(function (each) {
      if (!mine[each.id] && !before[each.id]) D.state.fields.push(Object.assign(each, { shown_if: null }));
    });
    stored.fields.forEach(function (row) {
      if (before[row.id] && JSON.stringify(before[row.id]) !== JSON.stringify(row)) differ.push(row.name);
    });
    D.state.fields.forEach(function (each) {
      if (each.id && !stored.fields.some(function (row) { return row.id === each.id; })) each.id = null;
    });
    D.base = stored;
    loose.push(D.words.stale);
    if (differ.length) loose.push(D.text("differs", { names: differ.join(", ") }));
  }

  button.addEventListener("click", save);
  document.addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "s") {
      event.preventDefault();
      save();
    }
  });
  draw();
})();
