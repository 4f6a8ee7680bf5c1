/* Fields of files: what is chosen or dropped is sent at once and waits on the server; the form posts only which files. */
(function () {
  "use strict";
  function fill(text, name) { return text.replace("{name}", function () { return name; }); }
  function element(tag, name, text) {
    var made = document.createElement(tag);
    if (name) made.className = name;
    if (text) made.textContent = text;
    return made;
  }

  function enhance(panel) {
    var form = panel.closest("form"), words = panel.dataset, input = panel.querySelector("[type=file]");
    if (!input || !form || form.dataset.look !== undefined) return null; // a preview sends nothing
    input.removeAttribute("name"); // each file goes by itself, not with the form
    var list = panel.querySelector("[data-list]"), coming = panel.querySelector("[data-coming]");
    var said = panel.querySelector("[data-said]"), drop = panel.querySelector("[data-drop]"), waiting = [], busy = false;
    var box = { waiting: function () { return busy || waiting.length > 0; }, refused: function () { return coming.querySelector(".is-bad"); }, words: words, done: null };

    function changed() {
      form.dispatchEvent(new CustomEvent("balcao:files"));
      input.dispatchEvent(new Event("change", { bubbles: true })); // drafts and the question before leaving
    }
    function count() { return list.children.length + coming.querySelectorAll("li:not(.is-bad)").length; }

    function take(files) {
      Array.from(files).forEach(function (file) {
        var line = element("li", "b-fileline"), text = element("div", "b-grow"), one = { file: file, line: line, box: text };
        line.append(element("i", "fa-regular fa-file"), text);
        line.firstChild.setAttribute("aria-hidden", "true");
        text.append(element("b", "", file.name), element("small", "", ""));
        var full = count() >= Number(words.most);
        coming.append(line);
        if (full) refuse(one, words.tooMany, false);
        else if (file.size > Number(words.max)) refuse(one, words.tooLarge, false);
        else if (!file.size) refuse(one, words.empty, false);
        else { begin(one); waiting.push(one); }
      });
      next();
    }
    function begin(one) {
      one.bar = element("progress");
      one.bar.max = 100;
      one.bar.value = 0;
      one.bar.setAttribute("aria-label", fill(words.sending, one.file.name));
      one.box.append(one.bar);
    }
    function next() {
      if (busy) return;
      if (waiting.length) { busy = true; send(waiting.shift()); return; }
      if (box.done) { var done = box.done; box.done = null; done(); }
    }
    function reason(request) {
      try { return JSON.parse(request.responseText).error.message; } catch (_other) {
        return request.status && request.status < 500 ? words.ended : words.failed;
      }
    }
    function send(one) {
      var request = new XMLHttpRequest(), body = new FormData();
      body.append("name", words.name);
      body.append("files", one.file);
      request.open("POST", words.fieldFiles);
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("X-CSRFToken", form.elements.csrf_token.value);
      request.upload.addEventListener("progress", function (event) {
        if (event.lengthComputable) one.bar.value = 100 * event.loaded / event.total;
      });
      request.addEventListener("loadend", function () {
        busy = false;
        if (request.status === 201) {
          var told = JSON.parse(request.responseText);
          one.line.remove();
          if (!list.querySelector('input[value="' + told.id + '"]')) list.insertAdjacentHTML("beforeend", told.html);
          said.textContent = fill(words.sent, told.name);
          changed();
        } else {
          refuse(one, reason(request), !request.status || request.status >= 500);
        }
        next();
      });
      request.send(body);
    }
    function refuse(one, text, again) {
      if (one.bar) one.bar.remove();
      one.line.classList.add("is-bad");
      one.line.firstChild.className = "fa-solid fa-triangle-exclamation";
      var error = element("span", "b-err", text), buttons = [];
      error.setAttribute("role", "alert");
      one.box.append(error);
      function button(label, act) {
        var made = element("button", "btn btn-xs btn-default", label);
        made.type = "button";
        made.setAttribute("aria-label", label + ": " + one.file.name);
        made.addEventListener("click", act);
        buttons.push(made);
        one.line.append(made);
      }
      if (again) button(words.again, function () {
        one.line.classList.remove("is-bad");
        one.line.firstChild.className = "fa-regular fa-file";
        buttons.concat(error).forEach(function (each) { each.remove(); });
        begin(one);
        waiting.push(one);
        next();
      });
      button(words.dismiss, function () { one.line.remove(); input.focus(); });
    }

    input.addEventListener("change", function (event) {
      if (!input.files.length) return;
      event.stopPropagation(); // what is told is told when it has arrived
      take(input.files);
      input.value = "";
    });
    ["dragenter", "dragover"].forEach(function (name) {
      drop.addEventListener(name, function (event) { event.preventDefault(); drop.classList.add("is-over"); });
    });
    ["dragleave", "drop"].forEach(function (name) {
      drop.addEventListener(name, function () { drop.classList.remove("is-over"); });
    });
    drop.addEventListener("drop", function (event) { event.preventDefault(); take(event.dataTransfer.files); });
    list.addEventListener("click", function (event) {
      var button = event.target.closest("[data-drop-file]");
      if (!button) return;
      button.closest("li").remove();
      said.textContent = words.gone;
      input.focus();
      changed();
    });
    return box;
  }

  var boxes = new Map(); // form -> its fields of files
  function guard(event) {
    var form = event.currentTarget, mine = boxes.get(form);
    var bad = mine.find(function (box) { return box.refused(); }), slow = mine.find(function (box) { return box.waiting(); });
    if (!bad && !slow) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (slow) {
      var button = event.submitter;
      window.balcao.toast(slow.words.waiting);
      slow.done = function () { form.requestSubmit(button || undefined); };
    } else {
      window.balcao.toast(bad.words.refused, "bad");
    }
  }
  function begin(root) {
    Array.from(root.querySelectorAll("[data-field-files]:not([data-ready])")).forEach(function (panel) {
      var box = enhance(panel), form = panel.closest("form");
      if (!box) return;
      panel.dataset.ready = "1";
      if (!boxes.has(form)) form.addEventListener("submit", guard, true);
      boxes.set(form, (boxes.get(form) || []).concat(box));
    });
  }
  begin(document);
  document.addEventListener("balcao:added", function (event) { if (event.detail) begin(event.detail); });
})();
