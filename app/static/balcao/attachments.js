// "Anexos": files dragged or chosen go one after the other, each with its progress, and its refusal beside its name.
(function () {
  "use strict";
  var panel = document.getElementById("files");
  if (!panel) return;
  var list = panel.querySelector("[data-list]"), coming = panel.querySelector("[data-coming]");
  var said = panel.querySelector("[data-said]"), drop = panel.querySelector("[data-drop]");
  var input = document.getElementById("file-input"), words = panel.dataset;
  var waiting = [], busy = false;
  var token = (document.querySelector("#file-remove [name=csrf_token]") || {}).value;

  ["input", "change"].forEach(function (kind) { // a chosen file is no change of the record that stands to be confirmed
    panel.addEventListener(kind, function (event) { event.stopPropagation(); });
  });

  function say(text) { if (said) said.textContent = text; }
  function fill(text, name) { return text.replace("{name}", function () { return name; }); }
  function count() {
    var number = panel.querySelector("[data-count]"), have = list.children.length;
    number.textContent = have;
    number.hidden = !have;
  }
  function element(tag, name, text) {
    var made = document.createElement(tag);
    if (name) made.className = name;
    if (text) made.textContent = text;
    return made;
  }
  function key() {
    return Array.from(window.crypto.getRandomValues(new Uint8Array(16)), function (x) { return x.toString(16).padStart(2, "0"); }).join("");
  }

  /* What the server said, in its words where it has some. */
  function reason(request) {
    try { return JSON.parse(request.responseText).error.message; } catch (_other) {
      return request.status && request.status < 500 ? words.ended : words.failed;
    }
  }

  function take(files) {
    Array.from(files).forEach(function (file) {
      var line = element("li", "b-fileline"), box = element("div", "b-grow");
      line.append(element("i", "fa-regular fa-file"), box);
      line.firstChild.setAttribute("aria-hidden", "true");
      box.append(element("b", "", file.name));
      coming.append(line);
      var one = { file: file, line: line, box: box, key: key() };
      if (file.size > Number(words.max)) refuse(one, words.tooLarge, false);
      else if (!file.size) refuse(one, words.empty, false);
      else { waiting.push(one); begin(one); }
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
    if (busy || !waiting.length) return;
    busy = true;
    send(waiting.shift());
  }

  function send(one) {
    var request = new XMLHttpRequest(), body = new FormData();
    body.append("request_key", one.key);
    body.append("files", one.file);
    request.open("POST", words.url);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", token);
    request.upload.addEventListener("progress", function (event) {
      if (event.lengthComputable) one.bar.value = 100 * event.loaded / event.total;
    });
    request.addEventListener("loadend", function () {
      busy = false;
      if (request.status === 201) {
        one.line.remove();
        list.insertAdjacentHTML("beforeend", JSON.parse(request.responseText).html);
        count();
        say(fill(words.sent, one.file.name));
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
    var error = element("span", "b-err", text);
    error.setAttribute("role", "alert");
    one.box.append(error);
    var buttons = [];
    function button(text, act) {
      var made = element("button", "btn btn-xs btn-default", text);
      made.type = "button";
      made.setAttribute("aria-label", text + ": " + one.file.name);
      made.addEventListener("click", act);
      buttons.push(made);
      one.line.append(made);
    }
    if (again) button(words.again, function () { // under the same key: what had arrived after all is not doubled
      one.line.classList.remove("is-bad");
      one.line.firstChild.className = "fa-regular fa-file";
      buttons.concat(error).forEach(function (each) { each.remove(); });
      begin(one);
      waiting.push(one);
      next();
    });
    button(words.dismiss, function () {
      one.line.remove();
      panel.querySelector("[data-choose]").focus();
    });
  }

  if (drop && input) {
    panel.querySelectorAll("[data-live]").forEach(function (part) { part.hidden = false; });
    panel.querySelectorAll("[data-plain]").forEach(function (part) { part.hidden = true; });
    panel.querySelector("[data-choose]").addEventListener("click", function () { input.click(); });
    input.addEventListener("change", function () {
      take(input.files);
      input.value = "";
    });
    var files = function (event) { return event.dataTransfer && Array.from(event.dataTransfer.types).indexOf("Files") >= 0; };
    document.addEventListener("dragover", function (event) { // elsewhere the browser would leave the page for the file
      if (!files(event)) return;
      event.preventDefault();
      var here = panel.contains(event.target);
      event.dataTransfer.dropEffect = here ? "copy" : "none";
      drop.classList.toggle("is-over", here);
    });
    document.addEventListener("dragleave", function (event) { if (!event.relatedTarget) drop.classList.remove("is-over"); });
    document.addEventListener("drop", function (event) {
      if (!files(event)) return;
      event.preventDefault();
      drop.classList.remove("is-over");
      if (panel.contains(event.target)) take(event.dataTransfer.files);
    });
    window.addEventListener("beforeunload", function (event) { if (busy || waiting.length) event.preventDefault(); });
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
