/* "Anexos" of a form: chosen or dropped files are sent ahead, one after the other with their progress, and wait on the server for the
   form: a refused form has them still. */
(function () {
  "use strict";
  var panel = document.querySelector("[data-files]");
  if (!panel) return;
  var form = panel.closest("form"), words = panel.dataset, input = panel.querySelector("[type=file]");
  var list = panel.querySelector("[data-list]"), coming = panel.querySelector("[data-coming]"), drop = panel.querySelector("[data-drop]");
  var said = panel.querySelector("[data-said]"), token = form.querySelector("[name=csrf_token]").value;
  var waiting = [], busy = false, submitter = null;

  panel.classList.add("is-live");
  panel.querySelectorAll("[data-live]").forEach(function (part) { part.hidden = false; });

  function fill(text, name) { return text.replace("{name}", function () { return name; }); }
  function element(tag, name, text) {
    var made = document.createElement(tag);
    if (name) made.className = name;
    if (text) made.textContent = text;
    return made;
  }
  function changed() { form.dispatchEvent(new CustomEvent("balcao:files")); }
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
      box.append(element("b", "", file.name), element("small", "", ""));
      coming.append(line);
      var one = { file: file, line: line, box: box };
      if (file.size > Number(words.max)) refuse(one, words.tooLarge, false);
      else if (!file.size) refuse(one, words.empty, false);
      else { begin(one); waiting.push(one); }
    });
    changed();
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
    if (submitter === null) return;
    var button = submitter;
    submitter = null;
    said.textContent = "";
    if (coming.querySelector(".is-bad")) window.balcao.toast(words.refused, "bad");
    else form.requestSubmit(button || undefined);
  }

  function send(one) {
    var request = new XMLHttpRequest(), body = new FormData();
    body.append("request_key", form.querySelector("[name=request_key]").value);
    body.append("files", one.file);
    request.open("POST", words.url);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", token);
    request.upload.addEventListener("progress", function (event) {
      if (!event.lengthComputable) return;
      one.bar.value = 100 * event.loaded / event.total;
      one.box.querySelector("small").textContent = Math.round(one.bar.value) + "%";
    });
    request.addEventListener("loadend", function () {
      busy = false;
      if (request.status === 201) {
        var told = JSON.parse(request.responseText);
        one.line.remove();
        if (!list.querySelector('[name=drop][value="' + told.id + '"]')) list.insertAdjacentHTML("beforeend", told.html);
        said.textContent = fill(words.sent, told.name);
      } else {
        refuse(one, reason(request), !request.status || request.status >= 500);
      }
      next();
    });
    request.send(body);
  }

  function refuse(one, text, again) {
    if (one.bar) one.bar.remove();
    one.box.querySelector("small").textContent = "";
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
    if (again) button(words.again, function () { // what had arrived after all is not doubled: the server knows its content
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
    event.stopPropagation();
    take(input.files);
    input.value = "";
  });

  /* Saving waits for what is on its way. */
  form.addEventListener("submit", function (event) {
    var button = event.submitter;
    if (button && (button.name === "drop" || button.value === "cancel")) return;
    if (!busy && !waiting.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    submitter = button || false;
    said.textContent = words.waiting;
  }, true);

  panel.addEventListener("click", function (event) {
    var button = event.target.closest("[data-drop-file]");
    if (!button) return;
    event.preventDefault();
    fetch(button.dataset.dropFile, { method: "POST", credentials: "same-origin", headers: { "Accept": "application/json", "X-CSRFToken": token } })
      .then(function (answer) {
        if (!answer.ok && answer.status !== 404) throw new Error(String(answer.status));
        button.closest("li").remove();
        said.textContent = words.gone;
        input.focus();
      }).catch(function () { window.balcao.toast(words.failed, "bad"); });
  });

  function files(event) { return event.dataTransfer && Array.from(event.dataTransfer.types).indexOf("Files") >= 0; }
  document.addEventListener("dragover", function (event) { // elsewhere the browser would leave the page for the file
    if (!files(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = form.contains(event.target) ? "copy" : "none";
    drop.classList.toggle("is-over", form.contains(event.target));
  });
  document.addEventListener("dragleave", function (event) { if (!event.relatedTarget) drop.classList.remove("is-over"); });
  document.addEventListener("drop", function (event) {
    if (!files(event)) return;
    event.preventDefault();
    drop.classList.remove("is-over");
    if (form.contains(event.target)) take(event.dataTransfer.files);
  });
})();
