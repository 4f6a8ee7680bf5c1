/* The tabs of the external service: fields that belong to a choice, "Testar", and a variable picked from the answer. */
(function () {
  "use strict";
  var KEPT = "balcao:service-variables";
  var settings = document.getElementById("service-form");

  /* what only one method or one authentication needs */
  function show() {
    settings.querySelectorAll("[data-when]").forEach(function (part) {
      var rule = part.dataset.when.split("="), chosen = settings.elements[rule[0]].value;
      part.hidden = rule[1].split(" ").indexOf(chosen) < 0;
    });
  }
  if (settings) {
    settings.addEventListener("change", show);
    show();
    var wrong = settings.querySelector("[aria-invalid=true]");
    if (wrong) wrong.focus();
  } else {
    var bad = document.querySelector("#mapping-form [aria-invalid=true]");
    if (bad) bad.focus();
  }

  var box = document.getElementById("sample");
  if (!box) return;
  var asking = box.querySelector("[data-sample-form]"), said = box.querySelector("[data-said]");
  var text = box.querySelector("[data-text]"), tree = box.querySelector("[data-tree]"), how = box.querySelector("[data-how]");
  var rows = box.dataset.pick && document.getElementById(box.dataset.pick);

  /* refusals at their fields, here and in the form that is tested */
  function refuse(errors) {
    var first = null;
    document.querySelectorAll(".b-refusal").forEach(function (place) {
      var name = place.id.slice(0, -4), told = errors[name] || errors[name.replace("sample_", "")] || [];
      var field = document.getElementById(name);
      if (!field || (!box.contains(place) && !box.dataset.form)) return;
      place.textContent = told.join(" ");
      if (told.length) {
        field.setAttribute("aria-invalid", "true");
        first = first || field;
      } else field.removeAttribute("aria-invalid");
    });
    if (first) first.focus();
  }

  function fields() { // {variable: label of the field it fills}
    var found = {};
    if (rows) rows.querySelectorAll("tbody tr").forEach(function (row) {
      var name = row.querySelector("[name$='-variable']").value.trim(), target = row.querySelector("select");
      if (name) found[name] = target.value ? target.selectedOptions[0].text : "…";
    });
    return found;
  }
  function marks() {
    var taken = fields();
    tree.querySelectorAll("[data-path]").forEach(function (line) {
      var chip = line.querySelector(".b-chip");
      if (chip) chip.remove();
      if (!taken[line.dataset.path]) return;
      chip = document.createElement("span");
      chip.className = "b-chip sm";
      chip.textContent = "→ " + taken[line.dataset.path];
      line.append(chip);
    });
  }

  function draw(lines) {
    tree.textContent = "";
    lines.forEach(function (each) {
      var line = document.createElement("li"), name = document.createElement("b"), value = document.createElement("span");
      line.className = "d" + each.depth;
      name.textContent = each.name;
      value.textContent = each.many === null ? each.value : box.dataset.many.replace("{n}", each.many);
      line.append(name, value);
      if (rows) {
        line.setAttribute("role", "treeitem");
        line.setAttribute("aria-level", each.depth);
        line.tabIndex = -1;
        if (each.many === null) line.dataset.path = each.path;
        else line.setAttribute("aria-disabled", "true");
      }
      tree.append(line);
    });
    tree.hidden = !lines.length;
    if (!rows) return;
    tree.setAttribute("role", "tree");
    tree.setAttribute("aria-label", box.dataset.lines);
    if (how) how.hidden = !lines.length;
    if (tree.firstElementChild) tree.firstElementChild.tabIndex = 0;
    marks();
  }

  function pick(line) {
    if (!line.dataset.path) return;
    var all = Array.from(rows.querySelectorAll("tbody tr"));
    function named(path) {
      return all.find(function (row) { return row.querySelector("[name$='-variable']").value.trim() === path; });
    }
    var row = named(line.dataset.path) || named("");
    if (!row) {
      rows.querySelector("[data-rows-add]").click();
      row = rows.querySelector("tbody").lastElementChild;
    }
    row.querySelector("[name$='-variable']").value = line.dataset.path;
    row.querySelector("select").focus();
    said.textContent = box.dataset.picked.replace("{variable}", line.dataset.path);
    marks();
  }
  function go(line) {
    if (!line) return;
    tree.querySelectorAll("[tabindex='0']").forEach(function (each) { each.tabIndex = -1; });
    line.tabIndex = 0;
    line.focus();
  }
  if (rows) {
    tree.addEventListener("click", function (event) {
      var line = event.target.closest("[role=treeitem]");
      if (line) { go(line); pick(line); }
    });
    tree.addEventListener("keydown", function (event) {
      var line = event.target.closest("[role=treeitem]");
      var to = { ArrowDown: line.nextElementSibling, ArrowUp: line.previousElementSibling,
                 Home: tree.firstElementChild, End: tree.lastElementChild }[event.key];
      if (to !== undefined) go(to);
      else if (event.key === "Enter" || event.key === " ") pick(line);
      else return;
      event.preventDefault();
    });
    rows.closest("form").addEventListener("input", marks);
    rows.closest("form").addEventListener("change", marks);
    try { // only names: values of a person are kept nowhere
      var old = JSON.parse(sessionStorage.getItem(KEPT) || "[]");
      if (old.length) { draw(old); said.textContent = box.dataset.old; }
    } catch (error) { sessionStorage.removeItem(KEPT); }
  }

  asking.addEventListener("submit", function (event) {
    event.preventDefault();
    var sent = box.dataset.form ? new FormData(document.getElementById(box.dataset.form)) : new FormData();
    new FormData(asking).forEach(function (value, name) { sent.set(name, value); });
    sent.set("csrf_token", box.dataset.token);
    said.textContent = box.dataset.waiting;
    text.hidden = tree.hidden = true;
    asking.querySelector("button").disabled = true;
    fetch(box.dataset.url, {
      method: "POST", credentials: "same-origin", body: sent, headers: { Accept: "application/json" }
    }).then(function (answer) { return answer.json(); }).then(function (found) {
      said.textContent = found.words || box.dataset.failed;
      refuse(found.errors || {});
      text.textContent = found.text || "";
      text.hidden = !found.text;
      draw(found.tree || []);
      if (found.tree) sessionStorage.setItem(KEPT, JSON.stringify(found.tree.map(function (each) {
        return { path: each.path, name: each.name, depth: each.depth, value: "", many: each.many };
      })));
    }).catch(function () { said.textContent = box.dataset.failed; }).finally(function () {
      asking.querySelector("button").disabled = false;
    });
  });
})();
