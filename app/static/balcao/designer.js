/* The designer of forms, its state: the form as it is being written. Rules, defaults and refusals name fields and options by marks of their
   own (uid), since new ones have neither variable nor value; both are put in when the document is sent. */
(function () {
  "use strict";
  var page = document.getElementById("designer");
  if (!page) return;
  var marks = 0, kinds = {}, hearers = {};
  JSON.parse(page.dataset.types).forEach(function (row) { kinds[row[0]] = { name: row[1], icon: row[2], has: row[3] }; });

  var D = window.balcao.designer = {
    page: page, words: JSON.parse(page.dataset.words), kinds: kinds, counted: JSON.parse(page.dataset.counted),
    numbers: JSON.parse(page.dataset.numbers), chosen: { kind: "form", uid: null }, errors: {}, keys: {}, removed: [], dirty: false, edits: 0,
    token: document.querySelector("meta[name=csrf-token]").content, most: 300
  };
  D.uid = function () { marks += 1; return marks; };
  D.on = function (name, call) { (hearers[name] = hearers[name] || []).push(call); };
  D.tell = function (name, value) { (hearers[name] || []).forEach(function (call) { call(value); }); };
  D.text = function (name, values) {
    return D.words[name].replace(/\{(\w+)\}/g, function (_all, key) { return values && key in values ? values[key] : ""; });
  };
  D.say = function (text) { page.querySelector("[data-said]").textContent = text; };
  D.is = function (kind) { return { options: kind === "choice" || kind === "choices", day: kind === "date" || kind === "datetime" }; };

  /* ---- a document becomes the state, and back */

  D.read = function (given, uids) {
    var byName = {};
    var state = { id: given.id, version: given.version, slug: given.slug, name: given.name, help: given.help, active: given.active };
    state.sections = given.sections.map(function (each) { return { key: each.key, title: each.title, uid: "s" + each.key }; });
    state.fields = given.fields.map(function (row, place) {
      var field = Object.assign({}, row, { uid: uids ? uids[place] : D.uid() });
      field.options = (row.options || []).map(function (option) { return Object.assign({}, option, { uid: D.uid() }); });
      if (row.key) byName[row.key] = field;
      if (row.ref !== undefined && row.ref !== null) byName["ref " + row.ref] = field;
      return field;
    });
    state.fields.forEach(function (field) {
      if (D.is(field.type).options) field.default = marked(field, field.default);
      if (!field.shown_if) return;
      var other = byName[field.shown_if.field] || byName["ref " + field.shown_if.field];
      field.shown_if = { field: other ? other.uid : null, filled: Boolean(field.shown_if.filled),
        in: other && D.is(other.type).options ? marked(other, field.shown_if.in || []) : field.shown_if.in || [] };
    });
    var place = { null: -1 };
    state.sections.forEach(function (each, n) { place[each.key] = n; });
    state.fields = state.fields.map(function (field, n) { return [field.section in place ? place[field.section] : -1, n, field]; })
      .sort(function (a, b) { return a[0] - b[0] || a[1] - b[1]; }).map(function (each) { return each[2]; });
    return state;
  };
  /* Values of options as their marks: their labels may still change them. */
  function marked(field, value) {
    function one(code) {
      var option = field.options.find(function (each) { return each.value === code; });
      return option ? option.uid : code;
    }
    return Array.isArray(value) ? value.map(one) : value === null || value === undefined ? null : one(value);
  }
  function code(text) {
    return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 100);
  }
  /* {mark of an option: its value}, those of new ones made from their labels. */
  function values(field) {
    var found = {}, taken = field.options.map(function (each) { return each.value; });
    D.options(field).forEach(function (option) {
      var made = option.value, base = code(option.label || "") || "option", n = 1;
      if (!made) {
        for (made = base; taken.indexOf(made) >= 0; n += 1, made = base + "_" + n);
        taken.push(made);
      }
      found[option.uid] = made;
    });
    return found;
  }
  function named(field, value) {
    var found = values(field);
    function one(mark) { return mark in found ? found[mark] : mark; }
    return Array.isArray(value) ? value.filter(function (mark) { return typeof mark !== "number" || mark in found; }).map(one)
      : value === null || value === "" || typeof value === "number" && !(value in found) ? null : one(value);
  }
  /* A new option without a name is none yet: it is neither counted nor sent. */
  D.options = function (field) { return field.options.filter(function (each) { return each.value || each.label.trim(); }); };
  D.used = function () { return D.state.fields.filter(function (each) { return each.active; }); };
  D.retired = function () { return D.state.fields.filter(function (each) { return !each.active; }); };
  D.sent = function () { return D.state.fields.slice(); }; // a retired one keeps its place among the others
  D.written = function () {
    var state = D.state;
    return { id: state.id, version: state.version, name: state.name, help: state.help, active: state.active,
      sections: state.sections.map(function (each) { return { key: each.key, title: each.title }; }),
      fields: D.sent().map(function (field) {
        var row = Object.assign({}, field, { ref: field.uid }), found = values(field), rule = field.shown_if;
        delete row.uid;
        row.options = D.options(field).map(function (each) { return { value: found[each.uid], label: each.label, active: each.active }; });
        if (D.is(field.type).options) row.default = named(field, field.default);
        if (rule) {
          var other = D.field(rule.field);
          row.shown_if = rule.filled ? { field: rule.field, filled: true }
            : { field: rule.field, in: other && D.is(other.type).options ? named(other, rule.in) : rule.in };
        }
        return row;
      }) };
  };

  /* ---- what is chosen */

  D.field = function (uid) { return D.state.fields.find(function (each) { return each.uid === uid; }); };
  D.section = function (uid) { return D.state.sections.find(function (each) { return each.uid === uid; }); };
  D.name = function (field) { return field.name || D.words.unnamed; };
  D.choose = function (kind, uid, focus) {
    D.chosen = { kind: kind, uid: uid };
    D.tell("chosen", focus);
  };
  D.changed = function () {
    D.dirty = true;
    D.edits += 1;
    D.tell("dirty");
  };

  /* ---- what is done to fields */

  function fresh(type) {
    return { uid: D.uid(), id: null, key: null, name: "", type: type, help: null, section: null, required: false, default: null, mask: null,
      pattern: null, pattern_help: null, minimum: null, maximum: null, shown_if: null, in_list: false, searchable: false, active: true,
      options: D.is(type).options ? [option(), option()] : [] };
  }
  function option() { return { uid: D.uid(), value: null, label: "", active: true }; }
  D.option = option;
  function full() {
    if (D.state.fields.length < D.most) return false;
    window.balcao.toast(D.words.most, "bad");
    return true;
  }
  /* A new field before another one, or before a heading (then at the end of what stands above), else after the chosen one, else last. */
  D.add = function (type, before) {
    if (type === "section") {
      var made = { key: "s" + Date.now().toString(36) + D.uid(), title: "" };
      made.uid = "s" + made.key;
      D.state.sections.push(made);
      D.tell("drawn");
      D.choose("section", made.uid, true);
      D.changed();
      return;
    }
    if (full()) return;
    var field = fresh(type);
    field.name = kinds[type].name + (D.used().some(function (each) { return each.name === kinds[type].name; }) ? " " + (D.used().length + 1) : "");
    place(field, before);
    D.tell("drawn");
    D.choose("field", field.uid, true);
    D.say(D.text("added", { name: field.name, place: D.used().indexOf(field) + 1, n: D.used().length }));
    D.changed();
  };
  function place(field, before) {
    var fields = D.state.fields, chosen = D.chosen.kind === "field" && D.field(D.chosen.uid), target = before && D.field(before);
    var head = before && D.section(before);
    if (target) {
      field.section = target.section;
      fields.splice(fields.indexOf(target), 0, field);
    } else if (head) {
      var above = D.state.sections[D.state.sections.indexOf(head) - 1];
      into(field, above ? above.key : null);
    } else if (before === undefined && chosen && chosen.active) {
      field.section = chosen.section;
      fields.splice(fields.indexOf(chosen) + 1, 0, field);
    } else if (before === undefined && D.chosen.kind === "section") into(field, D.section(D.chosen.uid).key);
    else into(field, D.state.sections.length ? D.state.sections[D.state.sections.length - 1].key : null);
  }
  /* At the end of a section. */
  function into(field, key) {
    var fields = D.state.fields, at = fields.indexOf(field), order = [null].concat(D.state.sections.map(function (each) { return each.key; }));
    if (at >= 0) fields.splice(at, 1);
    field.section = key;
    at = fields.findIndex(function (each) { return order.indexOf(each.section) > order.indexOf(key); });
    fields.splice(at < 0 ? fields.length : at, 0, field);
  }
  D.into = into;
  /* The used ones in a new order; each retired one stays behind the one of its section that it stood behind. */
  D.ordered = function (fields) {
    var old = D.state.fields, order = [null].concat(D.state.sections.map(function (each) { return each.key; })), made = fields.slice();
    old.forEach(function (each, at) {
      if (each.active) return;
      var before = old.slice(0, at).reverse().find(function (other) { return other.section === each.section; });
      made.splice(before ? made.indexOf(before) + 1 : 0, 0, each);
    });
    D.state.fields = made.map(function (each, n) { return [order.indexOf(each.section), n, each]; })
      .sort(function (a, b) { return a[0] - b[0] || a[1] - b[1]; }).map(function (each) { return each[2]; });
  };
  D.duplicate = function (uid) {
    if (full()) return;
    var from = D.field(uid), made = JSON.parse(JSON.stringify(from)), renewed = {};
    made.options.forEach(function (each) { renewed[each.uid] = D.uid(); each.uid = renewed[each.uid]; });
    function again(mark) { return mark in renewed ? renewed[mark] : mark; }
    made.default = Array.isArray(made.default) ? made.default.map(again) : again(made.default);
    Object.assign(made, { uid: D.uid(), id: null, key: null, name: D.text("copy", { name: from.name }) });
    D.state.fields.splice(D.state.fields.indexOf(from) + 1, 0, made);
    D.tell("drawn");
    D.choose("field", made.uid, true);
    D.say(D.text("duplicated", { name: D.name(from) }));
    D.changed();
  };
  /* One that is stored is retired, a new one goes. */
  D.retire = function (uid) {
    var field = D.field(uid), used = D.used(), next = used[used.indexOf(field) + 1] || used[used.indexOf(field) - 1];
    if (field.id) field.active = false;
    else D.state.fields.splice(D.state.fields.indexOf(field), 1);
    D.tell("drawn");
    D.choose(next ? "field" : "form", next ? next.uid : null);
    D.tell("focus");
    D.say(D.text(field.id ? "retired" : "removed", { name: D.name(field) }));
    D.changed();
  };
  D.back = function (uid) {
    var field = D.field(uid);
    field.active = true; // where it stood
    if (field.section && !D.state.sections.some(function (each) { return each.key === field.section; })) into(field, null);
    D.tell("drawn");
    D.choose("field", uid, true);
    D.say(D.text("back", { name: D.name(field) }));
    D.changed();
  };
  D.remove = function (uid) {
    var field = D.field(uid);
    D.removed.push(field);
    D.state.fields.splice(D.state.fields.indexOf(field), 1);
    D.tell("drawn");
    D.say(D.text("removed", { name: D.name(field) }));
    D.changed();
  };
  D.removeSection = function (uid) {
    var section = D.section(uid), at = D.state.sections.indexOf(section), above = D.state.sections[at - 1];
    D.state.fields.forEach(function (field) { if (field.section === section.key) field.section = above ? above.key : null; });
    D.state.sections.splice(at, 1);
    D.tell("drawn");
    D.choose("form", null);
    D.tell("focus");
    D.say(D.text("removed", { name: section.title || D.words.new_section }));
    D.changed();
  };

  D.base = JSON.parse(page.dataset.document); // as it is stored
  D.state = D.read(D.base);
})();
