/* Files sent by themselves as they are chosen or dropped: one after the other, each with its progress, cancelled while it is on its
   way, and a refusal beside its name. For attachments.js, portal_files.js, field_files.js and central_reply.js, which say where to.

   window.balcao.sending(panel, options) → {left(), remove(line), clear()}; what is said stands in the data of the panel (balcao/file_words.html).
   options: input; url; token(); zone (where one may drop; else the panel); give(body, one) adds what goes with a file; refusal(): why no more
   file is taken, or ""; arrived(told): a file is there, its line in the list; guard: a form that waits for the files before it is sent;
   choose: what is focused when a line is gone, else the input. */
(function () {
  "use strict";
  var panels = []; // of this page
  function alive() { panels = panels.filter(function (each) { return each.panel.isConnected; }); return panels; }
  function fill(text, name) { return text.replace("{name}", function () { return name; }); }
  function element(tag, name, text) {
    var made = document.createElement(tag);
    if (name) made.className = name;
    if (text) made.textContent = text;
    return made;
  }
  function key() { // a file sent again under its key is there once
    return Array.from(window.crypto.getRandomValues(new Uint8Array(16)), function (x) { return x.toString(16).padStart(2, "0"); }).join("");
  }

  function sending(panel, options) {
    var words = panel.dataset, input = options.input, waiting = [], now = null, bad = [];
    var list = panel.querySelector("[data-list]"), coming = panel.querySelector("[data-coming]"), said = panel.querySelector("[data-said]");
    var box = { panel: panel, zone: options.zone || panel, drop: panel.querySelector("[data-drop]") || panel, take: take, words: words, guard: options.guard,
      waiting: function () { return Boolean(now) || waiting.length > 0; }, refused: function () { return bad.length > 0; },
      left: function () { return list.children.length + waiting.length + (now ? 1 : 0); }, remove: remove, clear: clear };

    function say(text) { said.textContent = text; }
    function changed() { panel.dispatchEvent(new CustomEvent("balcao:files", { bubbles: true })); }
    function focus() { (options.choose || input).focus(); }
    /* What the server said, in its words where it has some. */
    function reason(request) {
      try {
        var told = JSON.parse(request.responseText).error;
        return told.message || told;
      } catch (_other) { return request.status && request.status < 500 ? words.ended : words.failed; }
    }
    function button(one, text, act) {
      var made = element("button", "btn btn-xs btn-default", text);
      made.type = "button";
      made.setAttribute("aria-label", text + ": " + one.file.name);
      made.addEventListener("click", act);
      one.buttons.push(made);
      one.line.append(made);
    }
    function bare(one) {
      one.buttons.splice(0).forEach(function (each) { each.remove(); });
      if (one.bar) one.bar.remove();
      if (one.error) one.error.remove();
      one.bar = one.error = null;
      one.small.textContent = "";
      one.line.classList.remove("is-bad");
      one.line.firstChild.className = "fa-regular fa-file";
      bad = bad.filter(function (each) { return each !== one; });
    }
    function gone(one, text) {
      bare(one);
      one.line.remove();
      if (text) say(fill(text, one.file.name));
      focus();
      changed();
    }

    function take(files) {
      Array.from(files).forEach(function (file) {
        var one = { file: file, key: key(), line: element("li", "b-fileline"), box: element("div", "b-grow"), small: element("small"), buttons: [] };
        one.line.append(element("i", "fa-regular fa-file"), one.box);
        one.line.firstChild.setAttribute("aria-hidden", "true");
        one.box.append(element("b", "", file.name), one.small);
        var full = options.refusal ? options.refusal() : "";
        coming.append(one.line);
        if (full) refuse(one, full, false);
        else if (file.size > Number(words.max)) refuse(one, words.tooLarge, false);
        else if (!file.size) refuse(one, words.empty, false);
        else line(one);
      });
      changed();
      next();
    }
    function line(one) {
      one.bar = element("progress");
      one.bar.max = 100;
      one.bar.value = 0;
      one.bar.setAttribute("aria-label", fill(words.sending, one.file.name));
      one.box.append(one.bar);
      button(one, words.cancel, function () {
        waiting = waiting.filter(function (each) { return each !== one; });
        if (now === one) { now = null; one.request.abort(); }
        gone(one, words.cancelled);
        next();
      });
      waiting.push(one);
    }
    function next() {
      if (now) return;
      now = waiting.shift() || null;
      if (now) send(now); else if (box.guard) settle(box.guard);
    }

    function send(one) {
      var request = one.request = new XMLHttpRequest(), body = new FormData();
      options.give(body, one);
      body.append("files", one.file);
      request.open("POST", options.url);
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("X-CSRFToken", options.token());
      request.upload.addEventListener("progress", function (event) {
        if (!event.lengthComputable || !one.bar) return;
        one.bar.value = 100 * event.loaded / event.total;
        one.small.textContent = Math.round(one.bar.value) + "%";
      });
      request.addEventListener("loadend", function () {
        if (now !== one) return; // it was cancelled
        now = null;
        if (request.status === 201) {
          var told = JSON.parse(request.responseText);
          bare(one);
          one.line.remove();
          if (!told.id || !list.querySelector('[value="' + told.id + '"]')) list.insertAdjacentHTML("beforeend", told.html);
          say(fill(words.sent, told.name || one.file.name));
          changed();
          if (options.arrived) options.arrived(told);
        } else {
          bare(one);
          refuse(one, reason(request), !request.status || request.status >= 500);
        }
        next();
      });
      request.send(body);
    }

    function refuse(one, text, again) {
      one.line.classList.add("is-bad");
      one.line.firstChild.className = "fa-solid fa-triangle-exclamation";
      one.error = element("span", "b-err", text);
      one.error.setAttribute("role", "alert");
      one.box.append(one.error);
      bad.push(one);
      if (again) button(one, words.again, function () { // what had arrived after all is not doubled
        bare(one);
        line(one);
        focus();
        next();
      });
      button(one, words.dismiss, function () { gone(one); });
    }

    /* A file that was there is taken out of the list. */
    function remove(row) {
      row.remove();
      say(words.gone);
      focus();
      changed();
    }

    /* They went with their form. */
    function clear() { list.replaceChildren(); }

    panel.querySelectorAll("[data-live]").forEach(function (part) { part.hidden = false; });
    panel.querySelectorAll("[data-plain]").forEach(function (part) { part.hidden = true; });
    input.addEventListener("input", function (event) { event.stopPropagation(); });
    input.addEventListener("change", function (event) {
      if (!input.files.length) return;
      event.stopPropagation(); // what changed is told when it has arrived
      take(input.files);
      input.value = "";
    });
    if (box.guard && !alive().some(function (each) { return each.guard === box.guard; })) box.guard.addEventListener("submit", hold, true);
    panels.push(box);
    return box;
  }

  // ---- a form waits for its files

  var held = new WeakMap(); // form -> the button that was pressed
  function of(form) { return alive().filter(function (each) { return each.guard === form; }); }
  function first(form, what) { return of(form).find(function (each) { return each[what](); }); }
  /* A toast would stand behind a dialog: there it is said below the files. */
  function refused(form, box) {
    if (!form.closest("dialog")) { window.balcao.toast(box.words.refused, "bad"); return; }
    window.balcao.form.refuse(form, { error: box.words.refused });
    box.panel.querySelector(".is-bad button").focus();
  }
  function hold(event) {
    var form = event.currentTarget, button = event.submitter, slow = first(form, "waiting"), wrong = first(form, "refused");
    if (button && (button.name === "drop" || button.value === "cancel") || !slow && !wrong) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (slow) held.set(form, button || null);
    if (slow) window.balcao.toast(slow.words.waiting, "info"); else refused(form, wrong);
  }
  function settle(form) {
    if (!held.has(form) || first(form, "waiting")) return;
    var button = held.get(form), wrong = first(form, "refused");
    held.delete(form);
    if (wrong) refused(form, wrong);
    else if (form.isConnected) form.requestSubmit(button && button.isConnected ? button : undefined);
  }
  window.addEventListener("beforeunload", function (event) {
    if (alive().some(function (each) { return each.waiting(); })) event.preventDefault();
  });

  // ---- dropped

  function files(event) { return event.dataTransfer && Array.from(event.dataTransfer.types).indexOf("Files") >= 0; }
  function under(target) { // the innermost of those it is over
    return alive().filter(function (each) { return each.zone.contains(target); })
      .sort(function (a, b) { return a.zone.contains(b.zone) ? 1 : -1; })[0] || null;
  }
  function mark(here) {
    alive().forEach(function (each) { each.drop.classList.toggle("is-over", each === here); });
  }
  document.addEventListener("dragover", function (event) { // elsewhere the browser would leave the page for the file
    if (!files(event) || !alive().length) return;
    event.preventDefault();
    var here = under(event.target);
    event.dataTransfer.dropEffect = here ? "copy" : "none";
    mark(here);
  });
  document.addEventListener("dragleave", function (event) { if (!event.relatedTarget) mark(null); });
  document.addEventListener("drop", function (event) {
    if (!files(event) || !alive().length) return;
    event.preventDefault();
    mark(null);
    var here = under(event.target);
    if (here) here.take(event.dataTransfer.files);
  });

  window.balcao = Object.assign(window.balcao || {}, { sending: sending });
})();
