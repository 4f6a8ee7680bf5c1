/* Messages with files: characters left as the server counts them, chosen files, progress while they are sent, refusals at their field.
   For every form with data-upload-form, whenever it comes. */
(function () {
  "use strict";
  var words = document.currentScript.dataset, chosen = new WeakMap();

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

  // ---- files

  function files(form) {
    if (!chosen.has(form)) chosen.set(form, []);
    return chosen.get(form);
  }
  function draw(form) {
    var list = form.querySelector("[data-chosen-files]");
    list.replaceChildren.apply(list, files(form).map(function (file, at) {
      var line = document.createElement("li"), icon = document.createElement("i"), name = document.createElement("b"), button = document.createElement("button");
      line.className = "b-fileline";
      icon.className = "fa-regular fa-file";
      icon.setAttribute("aria-hidden", "true");
      name.className = "b-grow";
      name.textContent = file.name;
      button.type = "button";
      button.className = "b-icon sm";
      button.setAttribute("aria-label", words.remove.replace("{name}", function () { return file.name; }));
      button.innerHTML = '<i class="fa-solid fa-xmark" aria-hidden="true"></i>';
      button.addEventListener("click", function () {
        files(form).splice(at, 1);
        draw(form);
        form.querySelector("[data-choose-files]").focus();
      });
      line.append(icon, name, button);
      return line;
    }));
  }
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-choose-files]");
    if (button) button.closest("[data-files]").querySelector("[type=file]").click();
  });
  document.addEventListener("change", function (event) {
    var input = event.target, form = input.form;
    if (!form || input.type !== "file" || form.dataset.uploadForm === undefined) return;
    var most = Number(input.closest("[data-files]").dataset.maxMb), room = Number(input.closest("[data-files]").dataset.maxRequest), wrong = "";
    Array.from(input.files).forEach(function (file) {
      if (!file.size) wrong = file.name + ": " + words.empty;
      else if (file.size > most * 1024 * 1024) wrong = file.name + ": " + words.tooLarge.replace("{n}", most);
      else if (!files(form).some(function (each) { return each.name === file.name && each.size === file.size; })) files(form).push(file);
    });
    input.value = "";
    if (files(form).reduce(function (sum, file) { return sum + file.size; }, 200000) > room) {
      files(form).pop();
      wrong = words.tooMuch;
    }
    draw(form);
    window.balcao.form.clear(form);
    if (wrong) window.balcao.form.refuse(form, { error: wrong, field: "files" });
    form.dispatchEvent(new CustomEvent("balcao:files", { bubbles: true }));
  });

  // ---- sending

  function answer(request) {
    try { return JSON.parse(request.responseText); } catch (_other) {
      return { error: request.status && request.status < 500 ? words.ended : words.notSent };
    }
  }
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.dataset.uploadForm === undefined) return;
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "1";
    window.balcao.form.clear(form);
    var request = new XMLHttpRequest(), body = new FormData(form), place = form.querySelector("[data-progress]"), bar = place.querySelector("progress");
    body.delete("files");
    files(form).forEach(function (file) { body.append("files", file); });
    place.hidden = !files(form).length;
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", function (step) {
      if (!step.lengthComputable) return;
      bar.value = 100 * step.loaded / step.total;
      place.querySelector("span").textContent = words.sending.replace("{n}", Math.round(bar.value));
    });
    request.addEventListener("loadend", function () {
      var told = answer(request);
      delete form.dataset.busy;
      place.hidden = true;
      bar.value = 0;
      if (told.field === "Idempotency-Key") form.elements.request_key.value = window.balcao.ticket.key(); // the next one is another message
      if (request.status !== 200 || !told.ids) { window.balcao.form.refuse(form, told); return; }
      chosen.delete(form);
      draw(form);
      form.elements.request_key.value = window.balcao.ticket.key();
      form.querySelectorAll("textarea[name=message]").forEach(function (area) { area.value = ""; count(area); });
      window.balcao.form.done(form, told);
    });
    request.send(body);
  });
})();
