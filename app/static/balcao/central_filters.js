/* The filters of the provider central: lists that become lists of several, cascades, the period; nothing empty in the address. */
(function () {
  "use strict";
  var central = window.balcao.central, form = document.getElementById("central-filters");
  if (!central || !form) return;
  var token = document.querySelector("meta[name=csrf-token]").content, toggle = document.querySelector("[data-toggle-filters]");
  var classification = form.elements.classification, sub = form.elements.subclassification, motive = form.elements.motive;
  var turns = {}, periods = Array.prototype.map.call(form.querySelectorAll(".b-period"), function (box) {
    return { choice: box.querySelector("select"), days: Array.from(box.querySelectorAll("input[data-date]")) };
  });

  function chosen(select) {
    return Array.prototype.map.call(select.selectedOptions, function (option) { return option.value; }).filter(Boolean);
  }

  // ---- one value or several

  form.querySelectorAll("[data-several]").forEach(function (button) {
    var select = document.getElementById(button.dataset.several);
    function several(on) {
      var first = chosen(select)[0];
      select.multiple = on;
      if (on) select.size = 5; else select.removeAttribute("size");
      if (!on) select.value = first || "";
      button.setAttribute("aria-pressed", String(on));
    }
    if (select.multiple) button.setAttribute("aria-pressed", "true");
    button.addEventListener("click", function () {
      several(!select.multiple);
      select.focus();
      select.dispatchEvent(new Event("change"));
    });
    select.addEventListener("change", function () { // "whatever" and values exclude each other
      if (select.multiple && select.options[0].selected && chosen(select).length) select.options[0].selected = false;
      if (select.multiple && !chosen(select).length) select.options[0].selected = true;
    });
  });

  // ---- below what was chosen above

  function fill(select, found) {
    var kept = chosen(select), groups = {};
    Array.prototype.slice.call(select.children, 1).forEach(function (each) { each.remove(); });
    found.forEach(function (row) {
      var option = new Option(row.name, row.id, false, kept.indexOf(String(row.id)) >= 0), place = select;
      if (select === sub) {
        var above = Array.prototype.find.call(classification.options, function (each) { return each.value === String(row.parent); });
        place = groups[row.parent] || (groups[row.parent] = Object.assign(document.createElement("optgroup"), { label: above ? above.text : "" }));
      }
      place.append(option);
    });
    if (select === sub) Object.keys(groups).map(function (key) { return groups[key]; }).sort(function (a, b) {
      return a.label.localeCompare(b.label);
    }).forEach(function (group) { select.append(group); });
    if (!chosen(select).length) select.options[0].selected = true;
    wait(select);
  }
  function wait(select) {
    if (select.dataset.waiting === undefined) return;
    select.dataset.first = select.dataset.first || select.options[0].text;
    select.disabled = select.options.length === 1 && !chosen(sub).length;
    select.options[0].text = select.disabled ? select.dataset.waiting : select.dataset.first;
  }
  function follow(select, above) {
    var asked = new URLSearchParams(), turn = turns[select.name] = (turns[select.name] || 0) + 1;
    chosen(above).forEach(function (id) { asked.append("parent", id); });
    return fetch(select.dataset.url + "?" + asked, { credentials: "same-origin", headers: { Accept: "application/json" } })
      .then(function (sent) { if (!sent.ok) throw new Error(String(sent.status)); return sent.json(); })
      .then(function (answer) { if (turns[select.name] === turn) fill(select, answer.choices); }) // an older answer comes too late
      .catch(function () { window.balcao.toast(central.words.failed, "bad"); });
  }
  classification.addEventListener("change", function () { follow(sub, classification).then(function () { return follow(motive, sub); }); });
  sub.addEventListener("change", function () { follow(motive, sub); });
  wait(motive);

  // ---- the periods

  periods.forEach(function (period) {
    function between() {
      var on = period.choice.value === "between";
      period.days.forEach(function (field) { field.closest(".b-date").hidden = !on; field.disabled = !on; });
    }
    period.choice.addEventListener("change", function () { between(); if (period.choice.value) period.days[0].focus(); });
    between();
  });

  // ---- the address: nothing empty, and nothing that is as it is anyway

  form.addEventListener("formdata", function (event) {
    var data = event.formData, entries = Array.from(data.entries());
    Array.from(new Set(entries.map(function (entry) { return entry[0]; }))).forEach(function (name) { data.delete(name); });
    entries.forEach(function (entry) {
      var name = entry[0], value = String(entry[1]).trim();
      if (!value || (name === "order" && value === "opened_at")) return;
      var said = periods.some(function (period) {
        if (period.days.some(function (field) { return field.name === name; })) value = window.balcao.dates.iso(value) || value;
        return period.choice.name === name && period.days.every(function (field) { return field.value; });
      });
      if (said) return; // by its days
      data.append(name === "status" && /^[a-z]+$/.test(value) ? "status_deadline" : name, value);
    });
  });

  form.addEventListener("submit", function () { central.keep(null); }); // the arrows walk through what was found
  var wrong = form.querySelector("[aria-invalid=true]");
  if (wrong) wrong.focus();

  // ---- open or not, as the person left them

  function shown() { return window.getComputedStyle(form).display !== "none"; }
  toggle.setAttribute("aria-expanded", String(shown()));
  toggle.addEventListener("click", function () {
    var open = !shown();
    central.root.dataset.filters = open ? "1" : "0";
    toggle.setAttribute("aria-expanded", String(open));
    fetch(central.words.look, {
      method: "POST", credentials: "same-origin", keepalive: true, body: JSON.stringify({ filters: open }),
      headers: { "Content-Type": "application/json", "X-CSRFToken": token }
    }).catch(function () { /* kept for this page only */ });
  });
})();
