/* The designer of forms, its right: the properties of the form, a section or a field, written into the state as they are typed. */
(function () {
  "use strict";
  var D = window.balcao && window.balcao.designer;
  if (!D) return;
  var panel = D.page.querySelector("[data-panel]"), kind = panel.querySelector("[data-panel-kind]");
  var options = panel.querySelector("[data-options]"), standard = panel.querySelector("[data-default]");
  var rule = panel.querySelector("[data-rule=field]"), how = panel.querySelector("[data-rule=how]"), more = panel.querySelector("[data-rule-more]");
  var asked = panel.querySelector("[data-rule-values]");

  function input(name) { return panel.querySelector('[data-prop="' + name + '"]'); }
  function line(name) { return panel.querySelector('[data-line="' + name + '"]'); }
  function make(tag, values) { return Object.assign(document.createElement(tag), values || {}); }
  function field() { return D.chosen.kind === "field" ? D.field(D.chosen.uid) : null; }
  function filled(text) { return text === "" ? null : text; }

  /* ---- shown */

  function show(focus) {
    panel.querySelectorAll("[data-props]").forEach(function (part) { part.hidden = part.dataset.props !== D.chosen.kind; });
    if (D.chosen.kind === "form") showForm();
    else if (D.chosen.kind === "section") showSection();
    else showField(field());
    wrong();
    if (focus) {
      var first = panel.querySelector('[data-props="' + D.chosen.kind + '"] input:not([type=radio])');
      first.focus();
      first.select();
    }
  }
  function showForm() {
    var state = D.state;
    kind.textContent = "";
    input("form-name").value = state.name || "";
    input("form-help").value = state.help || "";
    panel.querySelector('[data-prop="form-active"][value="' + (state.active ? "y" : "n") + '"]').checked = true;
    takenAway();
    line("form-slug").hidden = !state.slug;
    panel.querySelector("#p-form-slug").value = state.slug || "";
  }
  /* What goes out of sight with the form, from the moment "Inativo" is chosen. */
  function takenAway() {
    var said = panel.querySelector("[data-taken-away]");
    if (said) said.hidden = D.state.active || !D.base.active;
  }
  function showSection() {
    kind.textContent = "";
    input("section-title").value = D.section(D.chosen.uid).title;
  }
  function showField(it) {
    var has = D.kinds[it.type].has, stored = Boolean(it.id);
    kind.textContent = D.kinds[it.type].name;
    ["name", "type", "help", "mask", "pattern", "pattern_help", "minimum", "maximum"].forEach(function (name) {
      input(name).value = it[name] === null || it[name] === undefined ? "" : it[name];
    });
    ["required", "in_list", "searchable"].forEach(function (name) { input(name).checked = it[name]; });
    input("key").value = it.key || "";
    input("key").readOnly = stored;
    input("key").placeholder = D.keys[it.uid] || "";
    line("options").hidden = has.indexOf("options") < 0;
    line("default").hidden = has.indexOf("default") < 0;
    ["mask", "pattern", "pattern_help", "minimum", "maximum"].forEach(function (name) { line(name).hidden = has.indexOf(name) < 0; });
    types(it);
    var searched = panel.querySelector("#p-searchable-help");  // a person stands there by his number, whatever his name becomes
    searched.textContent = it.type === "person" || it.type === "boolean" ? searched.dataset.ofNone : searched.dataset.ofWords;
    limits(it);
    showOptions(it);
    showDefault(it);
    showRule(it);
    showSections(it);
    var text = panel.querySelector("[data-retire-text]");
    text.textContent = stored ? text.dataset.retire : text.dataset.remove;
    panel.querySelector('[data-do="retire"] i').className = "fa-solid " + (stored ? "fa-box-archive" : "fa-trash");
  }
  /* What a field with values may become is asked when the list of types is about to be opened: it may have to read all records. */
  var bound = {};
  function types(it) {
    var found = bound[it.key] || { into: null };
    Array.prototype.forEach.call(input("type").options, function (each) {
      each.disabled = Boolean(found.stays) && found.into.indexOf(each.value) < 0;
    });
    panel.querySelector("[data-type-stays]").textContent = found.stays || "";
  }
  function askTypes() {
    var it = field();
    if (!it || !it.id || !D.page.dataset.typeOf || it.key in bound) return;
    bound[it.key] = { into: null };
    fetch(D.page.dataset.typeOf.replace("KEY", encodeURIComponent(it.key)), { credentials: "same-origin", headers: { Accept: "application/json" } })
      .then(function (answer) { return answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status))); })
      .then(function (answer) {
        bound[it.key] = answer;
        if (field() === it) types(it);
      }).catch(function () { delete bound[it.key]; /* the server refuses it all the same */ });
  }
  input("type").addEventListener("focus", askTypes);
  input("type").addEventListener("pointerenter", askTypes);

  /* What the limits of a type are of: characters, choices, days, numbers. */
  function measure(type) {
    if (D.counted.indexOf(type) >= 0) return type === "long_text" ? "text" : type;
    return D.is(type).day ? "day" : "number";
  }
  function limits(it) {
    ["minimum", "maximum"].forEach(function (name) {
      var of = measure(it.type), word = of === "number" ? name : of === "day" ? name + "_day" : "count_" + name + "_" + of;
      panel.querySelector('[data-label="' + name + '"]').textContent = D.words[word];
      input(name).inputMode = D.is(it.type).day ? "text" : "decimal";
      input(name).placeholder = it.type === "date" ? "dd/mm/aaaa" : it.type === "datetime" ? "dd/mm/aaaa hh:mm" : "";
    });
  }
  function showSections(it) {
    var select = input("section");
    select.textContent = "";
    select.append(new Option(D.words.no_section, ""));
    D.state.sections.forEach(function (each) { select.append(new Option(each.title || D.words.new_section, each.key)); });
    select.value = it.section || "";
    line("section").hidden = !D.state.sections.length;
  }

  /* ---- options */

  function showOptions(it) {
    options.textContent = "";
    if (!D.is(it.type).options) return;
    it.options.forEach(function (each) {
      var made = document.getElementById("option-row").content.firstElementChild.cloneNode(true), box = made.querySelector("[data-option-label]");
      made.dataset.option = each.uid;
      box.value = each.label;
      made.classList.toggle("is-off", !each.active);
      made.querySelector("[data-option-retire]").hidden = !each.value;
      made.querySelector("[data-option-retire] i").className = "fa-solid " + (each.active ? "fa-box-archive" : "fa-rotate-left");
      options.append(made);
      named(made, each);
    });
  }
  function named(row, each) {
    var name = each.label || D.words.option;
    [["grip", "move_option"], ["option-retire", each.active ? "retire_option" : "option_back"], ["option-remove", "remove_option"]].forEach(function (pair) {
      var button = row.querySelector("[data-" + pair[0] + "]");
      button.setAttribute("aria-label", D.text(pair[1], { name: name }));
      button.title = D.text(pair[1], { name: name });
    });
  }
  function optionOf(node) {
    var row = node.closest("[data-option]"), uid = row && Number(row.dataset.option);
    return row && field().options.find(function (each) { return each.uid === uid; });
  }
  function addOption(after) {
    var it = field(), made = D.option();
    it.options.splice(after ? it.options.indexOf(after) + 1 : it.options.length, 0, made);
    refresh(it);
    options.querySelector('[data-option="' + made.uid + '"] [data-option-label]').focus();
  }
  function refresh(it) {
    showOptions(it);
    showDefault(it);
    D.tell("redraw");
    D.changed();
    wrong();
  }
  options.addEventListener("input", function (event) {
    var each = optionOf(event.target);
    each.label = event.target.value;
    named(event.target.closest("[data-option]"), each);
    mended("options");
    D.tell("redraw");
    showDefault(field());
    D.changed();
    event.stopPropagation();
  });
  options.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || !event.target.matches("[data-option-label]")) return;
    event.preventDefault();
    addOption(optionOf(event.target));
  });
  options.addEventListener("click", function (event) {
    var each = optionOf(event.target), it = field(), at = each ? it.options.indexOf(each) : -1, button = event.target.closest("button");
    if (!each || !button || button.matches("[data-grip]")) return;
    if (button.matches("[data-option-retire]")) each.active = !each.active;
    else it.options.splice(at, 1);
    refresh(it);
    var rows = options.querySelectorAll(button.matches("[data-option-retire]") ? "[data-option-retire]" : "[data-option-label]");
    if (rows.length) rows[Math.min(at, rows.length - 1)].focus();
  });
  window.balcao.sortable({ list: options, rows: "[data-option]", heads: "", grip: "[data-grip]", drop: "", moved: function (row) {
    var it = field(), order = Array.prototype.map.call(options.querySelectorAll("[data-option]"), function (each) { return Number(each.dataset.option); });
    it.options.sort(function (a, b) { return order.indexOf(a.uid) - order.indexOf(b.uid); });
    D.say(D.text("moved", { name: row.querySelector("[data-option-label]").value, place: order.indexOf(Number(row.dataset.option)) + 1, n: order.length }));
    showDefault(it);
    D.changed();
  } });

  /* ---- the default, in a control of the type */

  function select(rows, value) {
    var made = make("select", { className: "form-control", id: "p-default" });
    rows.forEach(function (row) { made.append(new Option(row[1], row[0])); });
    made.value = value;
    return made;
  }
  function offered(it) { return it.options.filter(function (each) { return each.active && each.label; }); }
  function showDefault(it) {
    standard.textContent = "";
    if (D.kinds[it.type].has.indexOf("default") < 0) return;
    var value = it.default, made;
    if (it.type === "boolean") made = select([["", ""], ["y", D.words.yes], ["n", D.words.no]], value === true ? "y" : value === false ? "n" : "");
    else if (it.type === "choice") made = select([["", ""]].concat(offered(it).map(function (each) { return [each.uid, each.label]; })), value === null ? "" : value);
    else if (it.type === "choices") made = checks(offered(it).map(function (each) { return [each.uid, each.label]; }), value || [], "p-default");
    else if (D.is(it.type).day) made = dayDefault(it, value);
    else if (it.type === "long_text") made = make("textarea", { className: "form-control", rows: 3, id: "p-default", value: value || "" });
    else made = make("input", { className: "form-control", id: "p-default", autocomplete: "off", value: value === null ? "" : value });
    standard.append(made);
  }
  function dayDefault(it, value) {
    var today = it.type === "date" ? "today" : "now", fixed = value && value !== "today" && value !== "now", made = make("span", { className: "b-day-default" });
    var pick = select([["", ""], [today, D.words[today]], ["fixed", D.words.fixed_day]], fixed ? "fixed" : value || "");
    var box = make("input", { className: "form-control", autocomplete: "off", hidden: !fixed, value: fixed ? value : "", placeholder: it.type === "date" ? "dd/mm/aaaa" : "dd/mm/aaaa hh:mm" });
    box.setAttribute("aria-label", D.words.fixed_day);
    made.append(pick, box);
    return made;
  }
  function checks(rows, chosen, id) {
    var made = make("span", { className: "b-checks", id: id });
    rows.forEach(function (row) {
      var text = make("label"), box = make("input", { type: "checkbox", value: row[0], checked: chosen.indexOf(row[0]) >= 0 });
      text.append(box, " " + row[1]);
      made.append(text);
    });
    return made;
  }
  function checked(box) {
    return Array.prototype.filter.call(box.querySelectorAll("input"), function (each) { return each.checked; }).map(function (each) { return each.value; });
  }
  function takeDefault(it, node) {
    var box = standard.firstElementChild;
    if (it.type === "boolean") it.default = node.value === "" ? null : node.value === "y";
    else if (it.type === "choice") it.default = node.value === "" ? null : Number(node.value);
    else if (it.type === "choices") it.default = checked(box).map(Number);
    else if (D.is(it.type).day) {
      var pick = box.querySelector("select"), typed = box.querySelector("input");
      typed.hidden = pick.value !== "fixed";
      it.default = pick.value === "fixed" ? filled(typed.value) : filled(pick.value);
      if (node === pick && pick.value === "fixed") typed.focus();
    } else it.default = filled(node.value);
  }

  /* ---- "show the field" */

  function showRule(it) {
    var at = it.shown_if;
    rule.textContent = "";
    rule.append(new Option(D.words.always, ""));
    D.used().forEach(function (other) { if (other !== it) rule.append(new Option(D.text("when", { name: D.name(other) }), other.uid)); });
    rule.value = at && at.field !== null ? at.field : "";
    more.hidden = !at;
    how.value = at && !at.filled ? "in" : "filled";
    showValues(it);
  }
  function showValues(it) {
    var at = it.shown_if, other = at && D.field(at.field);
    asked.textContent = "";
    asked.hidden = !at || at.filled || !other;
    if (asked.hidden) return;
    if (D.is(other.type).options) {
      asked.append(checks(other.options.map(function (each) { return [each.uid, each.label || D.words.option]; }), at.in, ""));
    } else if (other.type === "boolean") {
      asked.append(checks([["true", D.words.yes], ["false", D.words.no]], at.in.map(String), ""));
    } else {
      var box = make("textarea", { className: "form-control", rows: 3, value: at.in.join("\n"), placeholder: D.words.one_a_line });
      box.setAttribute("aria-label", D.words.one_a_line);
      asked.append(box);
    }
  }
  function takeRule(it, node) {
    if (node === rule) {
      it.shown_if = rule.value === "" ? null : { field: Number(rule.value), filled: true, in: [] };
      showRule(it);
    } else if (node === how) {
      it.shown_if.filled = how.value === "filled";
      showValues(it);
    } else {
      var other = D.field(it.shown_if.field);
      if (D.is(other.type).options) it.shown_if.in = checked(asked).map(Number);
      else if (other.type === "boolean") it.shown_if.in = checked(asked).map(function (text) { return text === "true"; });
      else it.shown_if.in = node.value.split("\n").map(function (text) { return text.trim(); }).filter(Boolean);
    }
  }

  /* ---- typed */

  /* What is typed anew is no longer the one that was refused. */
  function mended(name) {
    var owner = D.chosen.kind === "form" ? "form" : D.chosen.uid, found = D.errors[owner];
    if (!found) return;
    Object.keys(found).forEach(function (each) { if (each === name || each.indexOf(name + ".") === 0) delete found[each]; });
    if (!Object.keys(found).length) delete D.errors[owner];
    wrong();
  }
  function take(event) {
    var node = event.target, name = node.dataset.prop, it = field();
    if (node.closest("[data-options]")) return;
    mended(name ? name.replace(/^(form|section)-/, "") : standard.contains(node) ? "default" : "shown_if");
    if (standard.contains(node)) takeDefault(it, node);
    else if (node === rule || node === how || asked.contains(node)) takeRule(it, node);
    else if (name === "form-name" || name === "form-help") D.state[name.slice(5)] = node.value;
    else if (name === "form-active") {
      D.state.active = node.value === "y";
      takenAway();
    }
    else if (name === "section-title") D.section(D.chosen.uid).title = node.value;
    else if (!name) return;
    else if (node.type === "checkbox") it[name] = node.checked;
    else if (name === "type") retype(it, node.value);
    else if (name === "section") {
      D.into(it, filled(node.value));
      D.tell("drawn");
      input("section").focus();
    } else it[name] = filled(node.value);
    D.tell("redraw");
    D.changed();
  }
  function retype(it, type) {
    if (measure(it.type) !== measure(type)) it.minimum = it.maximum = null; // 80 metres are not 80 characters
    it.type = type;
    it.default = null;
    if (D.is(type).options && !it.options.length) it.options = [D.option(), D.option()];
    D.state.fields.forEach(function (each) { // what was asked of its values means nothing now
      if (each.shown_if && each.shown_if.field === it.uid && !each.shown_if.filled) each.shown_if.in = [];
    });
    showField(it);
    input("type").focus();
  }
  panel.addEventListener("input", take);
  panel.addEventListener("change", function (event) {
    if (/^(SELECT)$/.test(event.target.tagName) || /^(checkbox|radio)$/.test(event.target.type)) take(event);
  });
  panel.addEventListener("click", function (event) {
    var button = event.target.closest("[data-do]"), act = button && button.dataset.do;
    if (act === "add-option") addOption(null);
    else if (act === "duplicate") D.duplicate(D.chosen.uid);
    else if (act === "retire") D.retire(D.chosen.uid);
    else if (act === "remove-section") D.removeSection(D.chosen.uid);
  });
  panel.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    D.tell("focus");
  });

  /* ---- refusals beside what they are of */

  function wrong() {
    var found = D.errors[D.chosen.kind === "form" ? "form" : D.chosen.uid] || {}, prefix = { form: "form-", section: "section-", field: "" }[D.chosen.kind];
    panel.querySelectorAll("[data-wrong]").forEach(function (said) {
      var name = said.dataset.wrong, text = name.indexOf(prefix) === 0 ? found[name.slice(prefix.length)] : "", box = panel.querySelector("#p-" + name);
      said.textContent = text || "";
      said.hidden = !text;
      if (!box) return;
      var notes = ["p-" + name + "-help", said.id].filter(function (id, place) { return document.getElementById(id) && (place === 0 || text); });
      if (text) box.setAttribute("aria-invalid", "true"); else box.removeAttribute("aria-invalid");
      if (notes.length) box.setAttribute("aria-describedby", notes.join(" ")); else box.removeAttribute("aria-describedby");
    });
    var it = field(), sent = it ? D.options(it) : [];
    panel.querySelectorAll("[data-option-wrong]").forEach(function (said, row) {
      var place = it ? sent.indexOf(it.options[row]) : -1, box = said.parentElement.querySelector("input");
      var text = found["options." + place + ".label"] || found["options." + place + ".value"];
      said.textContent = text || "";
      said.hidden = !text;
      if (text) box.setAttribute("aria-invalid", "true"); else box.removeAttribute("aria-invalid");
    });
  }
  D.firstWrong = function () {
    var at = panel.querySelector("[aria-invalid]") || panel.querySelector("[data-wrong]:not([hidden])");
    if (at && at.matches("[data-wrong]")) at = at.parentElement.querySelector("input, select, textarea, button");
    if (at) at.focus();
  };
  D.on("chosen", show);
  D.on("properties", function () { show(false); });
  D.on("keys", function () { if (field()) input("key").placeholder = D.keys[D.chosen.uid] || ""; });
  show(!D.state.id && !D.state.fields.length);
})();
