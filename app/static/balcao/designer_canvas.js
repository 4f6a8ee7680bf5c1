/* The designer of forms, its middle: the palette of types, fields and sections in their order, retired fields. */
(function () {
  "use strict";
  var D = window.balcao && window.balcao.designer;
  if (!D) return;
  var canvas = D.page.querySelector("[data-canvas]"), last = canvas.querySelector("[data-end]"), palette = D.page.querySelector("[data-palette]");
  var retired = D.page.querySelector("[data-retired]"), list = D.page.querySelector("[data-retired-list]"), narrow = window.matchMedia("(max-width: 1020px)");
  var panel = D.page.querySelector("[data-panel]"), side = D.page.querySelector("[data-side]");

  function copy(id) { return document.getElementById(id).content.firstElementChild.cloneNode(true); }
  function label(node, word, name) { node.setAttribute("aria-label", D.text(word, { name: name })); node.title = D.text(word, { name: name }); }

  /* ---- one card */

  function kindText(field) {
    var options = D.options(field).filter(function (each) { return each.active; }).length;
    return D.kinds[field.type].name + (D.is(field.type).options ? " · " + D.text(options === 1 ? "option_count" : "options_count", { n: options }) : "");
  }
  function mark(icon, text) {
    var made = document.createElement("i");
    made.className = "fa-solid " + icon;
    made.title = text;
    made.setAttribute("role", "img");
    made.setAttribute("aria-label", text);
    return made;
  }
  function fill(row, field) {
    var name = D.name(field), chosen = D.chosen.kind === "field" && D.chosen.uid === field.uid, marks = row.querySelector("[data-marks]");
    row.querySelector("[data-name]").textContent = name;
    row.querySelector("[data-required]").hidden = !field.required;
    row.querySelector("[data-kind]").textContent = kindText(field);
    row.querySelector(".b-fld").classList.toggle("is-on", chosen);
    row.querySelector(".b-fld").classList.toggle("is-wrong", Boolean(D.errors[field.uid]));
    row.querySelector("[data-choose]").setAttribute("aria-current", String(chosen));
    label(row.querySelector("[data-grip]"), "move", name);
    label(row.querySelector("[data-duplicate]"), "duplicate", name);
    label(row.querySelector("[data-retire]"), field.id ? "retire" : "remove", name);
    row.querySelector("[data-retire] i").className = "fa-solid " + (field.id ? "fa-box-archive" : "fa-trash");
    marks.textContent = "";
    if (D.errors[field.uid]) marks.append(mark("fa-triangle-exclamation", Object.values(D.errors[field.uid]).join(" ")));
    if (field.shown_if) marks.append(mark("fa-eye", D.words.shown_if));
    if (field.searchable) marks.append(mark("fa-magnifying-glass", D.words.searchable));
    if (field.in_list) marks.append(mark("fa-table-list", D.words.in_list));
  }
  function fillSection(row, section) {
    var chosen = D.chosen.kind === "section" && D.chosen.uid === section.uid, name = section.title || D.words.new_section;
    row.querySelector("[data-name]").textContent = name;
    row.querySelector(".b-sec").classList.toggle("is-on", chosen);
    row.querySelector(".b-sec").classList.toggle("is-wrong", Boolean(D.errors[section.uid]));
    row.querySelector("[data-choose]").setAttribute("aria-current", String(chosen));
    label(row.querySelector("[data-grip]"), "move", name);
    label(row.querySelector("[data-remove]"), "remove", name);
  }
  function row(uid) { return canvas.querySelector('[data-uid="' + uid + '"]'); }

  /* ---- all of them */

  function card(field) {
    var made = copy("field-card");
    made.dataset.uid = field.uid;
    fill(made, field);
    return made;
  }
  function draw() {
    side.append(panel); // before the row that holds it goes
    canvas.querySelectorAll("[data-uid]").forEach(function (each) { each.remove(); });
    var used = D.used(), known = D.state.sections.map(function (each) { return each.key; });
    function put(key) {
      used.filter(function (field) { return key === null ? known.indexOf(field.section) < 0 : field.section === key; })
        .forEach(function (field) { canvas.insertBefore(card(field), last); });
    }
    put(null);
    D.state.sections.forEach(function (section) {
      var made = copy("section-card");
      made.dataset.uid = section.uid;
      fillSection(made, section);
      canvas.insertBefore(made, last);
      put(section.key);
    });
    drawRetired();
    stand();
  }
  function drawRetired() {
    var gone = D.retired();
    retired.hidden = !gone.length;
    D.page.querySelector("[data-retired-n]").textContent = gone.length;
    list.textContent = "";
    gone.forEach(function (field) {
      var made = copy("retired-card"), name = D.name(field);
      made.dataset.uid = field.uid;
      made.querySelector("[data-name]").textContent = name;
      made.querySelector("[data-kind]").textContent = kindText(field);
      label(made.querySelector("[data-remove]"), "remove", name);
      made.querySelector("[data-bring]").setAttribute("aria-label", D.text("bring_back", { name: name }));
      list.append(made);
    });
  }
  function redraw() {
    D.used().forEach(function (field) { if (row(field.uid)) fill(row(field.uid), field); });
    D.state.sections.forEach(function (section) { if (row(section.uid)) fillSection(row(section.uid), section); });
    D.page.querySelector("[data-form-name]").textContent = D.state.name || D.words.new_form;
  }
  /* On a narrow screen the properties stand below what they are of. */
  function stand() {
    var at = narrow.matches && D.chosen.kind !== "form" ? row(D.chosen.uid) : null;
    if (at) at.append(panel);
    else if (narrow.matches) canvas.before(panel);
    else side.append(panel);
    panel.classList.toggle("is-inside", narrow.matches);
  }
  if (narrow.matches) palette.closest("details").open = false;
  narrow.addEventListener("change", stand);
  D.on("drawn", draw);
  D.on("chosen", function () { redraw(); stand(); });
  D.on("redraw", redraw);
  D.on("focus", function () {
    var at = D.chosen.kind === "form" ? D.page.querySelector("[data-form-props]") : row(D.chosen.uid).querySelector("[data-choose]");
    if (at) at.focus();
  });

  /* ---- what is done in it */

  canvas.addEventListener("click", function (event) {
    var at = event.target.closest("[data-uid]"), field = at && D.field(Number(at.dataset.uid)), button = event.target.closest("button");
    if (!at || !button || panel.contains(event.target)) return;
    if (button.matches("[data-choose]")) D.choose(field ? "field" : "section", field ? field.uid : at.dataset.uid, event.detail === 0);
    else if (button.matches("[data-duplicate]")) D.duplicate(field.uid);
    else if (button.matches("[data-retire]")) D.retire(field.uid);
    else if (button.matches("[data-remove]")) D.removeSection(at.dataset.uid);
  });
  list.addEventListener("click", function (event) {
    var at = event.target.closest("[data-uid]"), uid = at && Number(at.dataset.uid);
    if (event.target.closest("[data-bring]")) D.back(uid);
    else if (event.target.closest("[data-remove]")) {
      window.balcao.ask(D.text("sure", { name: D.name(D.field(uid)) }), D.words.remove_label, function () { D.remove(uid); });
    }
  });
  D.page.querySelector("[data-form-props]").addEventListener("click", function () { D.choose("form", null, true); });

  /* The order on the screen becomes that of the form. */
  function take(moved) {
    var section = null, fields = [], sections = [];
    Array.prototype.forEach.call(canvas.children, function (each) {
      if (each.matches("[data-head]")) {
        section = D.section(each.dataset.uid);
        sections.push(section);
      } else if (each.matches("[data-row]")) {
        var field = D.field(Number(each.dataset.uid));
        field.section = section && section.key;
        fields.push(field);
      }
    });
    D.state.sections = sections;
    D.ordered(fields);
    told(moved, fields, sections);
    D.tell("properties");
    D.changed();
  }
  function told(moved, fields, sections) {
    if (moved.matches("[data-head]")) {
      var head = D.section(moved.dataset.uid);
      D.say(D.text("section_moved", { name: head.title || D.words.new_section, place: sections.indexOf(head) + 1, n: sections.length }));
      return;
    }
    var field = D.field(Number(moved.dataset.uid)), mine = sections.find(function (each) { return each.key === field.section; });
    var within = fields.filter(function (each) { return each.section === field.section; });
    D.say(D.text(mine ? "moved_section" : "moved", { name: D.name(field), section: mine && (mine.title || D.words.new_section),
      place: within.indexOf(field) + 1, n: within.length }));
  }
  var sorted = window.balcao.sortable({ list: canvas, rows: "[data-row]", heads: "[data-head]", grip: "[data-grip]", drop: D.words.drop,
    end: function () { return last; }, moved: take, inside: function (target) { return panel.contains(target); } });

  palette.addEventListener("click", function (event) {
    var button = event.target.closest("[data-type]");
    if (button) D.add(button.dataset.type);
  });
  palette.addEventListener("pointerdown", function (event) {
    var button = event.target.closest("[data-type]");
    if (!button || event.pointerType === "touch" || button.dataset.type === "section") return; // a finger scrolls; it taps to add
    sorted.carry(event, function (before) {
      var uid = before && before.dataset.uid;
      D.add(button.dataset.type, uid ? (D.field(Number(uid)) ? Number(uid) : uid) : null);
    });
  });
  draw();
  redraw();
})();
