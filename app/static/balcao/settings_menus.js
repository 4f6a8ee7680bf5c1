/* "Configuração de Menus": icons found by a word, and the sidebar as it will look while one types. */
(function () {
  "use strict";
  var balcao = window.balcao, list = document.querySelector("[data-order]"), form = document.querySelector("[data-menu-form]");
  var preview = document.querySelector("[data-preview]"), shown = document.querySelector("[data-preview-list]");

  function item(name, icon, here) {
    var row = document.createElement("li"), line = document.createElement("span"), mark = document.createElement("i"), text = document.createElement("span");
    line.className = "b-nav-item";
    mark.className = icon;
    mark.setAttribute("aria-hidden", "true");
    text.textContent = name;
    line.append(mark, text);
    row.append(line);
    if (here) row.className = "active";
    return row;
  }
  function heading(name) {
    var row = document.createElement("li"), text = document.createElement("span");
    row.className = "is-group";
    text.textContent = name;
    row.append(text);
    return row;
  }
  /* {group: [rows]} in the order of the list; what is typed stands where it will stand. */
  function draw() {
    var groups = new Map([["", []]]), current = "", mine = null, here = list && list.querySelector(".is-on");
    (list ? Array.prototype.slice.call(list.children) : []).forEach(function (row) {
      if (row.matches("[data-head]")) { current = row.dataset.group ? row.dataset.name : ""; groups.set(current, groups.get(current) || []); }
      else if (row.matches("[data-row]")) {
        if (row === here && form) mine = { group: current, at: groups.get(current).length };
        else if (row.dataset.off === undefined) groups.get(current).push(item(row.dataset.name, row.dataset.icon));
      }
    });
    if (form && form.querySelector("[name=active]:checked").value === "y") {
      var select = form.querySelector("[name=group]"), chosen = select.options[select.selectedIndex];
      var name = chosen.value === "new" ? form.querySelector("[name=group_name]").value.trim() : chosen.value ? chosen.textContent : "";
      if (!groups.has(name)) groups.set(name, []);
      var rows = groups.get(name), icon = form.querySelector("[name=icon]:checked");
      var made = item(form.querySelector("[name=name]").value.trim() || preview.dataset.unnamed, icon ? icon.value : "", true);
      rows.splice(mine && mine.group === name ? mine.at : rows.length, 0, made);
    }
    shown.textContent = "";
    groups.forEach(function (rows, name) {
      if (!rows.length) return;
      if (name) shown.append(heading(name));
      rows.forEach(function (row) { shown.append(row); });
    });
    if (!shown.children.length) shown.append(heading(preview.dataset.empty));
  }
  document.addEventListener("balcao:order", draw);
  if (!form) return;
  form.addEventListener("input", draw);
  form.addEventListener("change", draw);
  draw();

  var find = form.querySelector("[data-icon-find]"), name = form.querySelector("[data-icon-name]"), none = form.querySelector("[data-icon-none]");
  var icons = Array.prototype.slice.call(form.querySelectorAll(".b-icons label"));
  find.addEventListener("input", function (event) {
    var words = balcao.plain(find.value), found = 0;
    event.stopPropagation();
    icons.forEach(function (label) {
      label.hidden = words !== "" && balcao.plain(label.title + " " + label.firstElementChild.value.replace("fa-solid", "")).indexOf(words) < 0;
      found += label.hidden ? 0 : 1;
    });
    none.hidden = found > 0;
  });
  find.addEventListener("keydown", function (event) {
    if (event.key !== "Enter") return;
    event.preventDefault();
    var first = icons.find(function (label) { return !label.hidden; });
    if (first) { first.firstElementChild.checked = true; first.firstElementChild.focus(); first.firstElementChild.dispatchEvent(new Event("change", { bubbles: true })); }
  });
  form.querySelectorAll("[name=icon]").forEach(function (radio) {
    radio.addEventListener("change", function () { name.textContent = radio.getAttribute("aria-label"); });
  });
  var chosen = form.querySelector("[name=icon]:checked");
  if (chosen) { // the box scrolls, the page does not
    var box = chosen.closest(".b-icons");
    box.scrollTop = chosen.parentElement.offsetTop - 42;
  }
})();
