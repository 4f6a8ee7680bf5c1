/* Configurators' fields: shown only while another field says so, and masks while one types. The server asks the same. */
(function () {
  "use strict";
  var portuguese = document.documentElement.lang.slice(0, 2) === "pt";

  /* ---- shown if */

  function controls(form) { return Array.from(form.querySelectorAll("[data-type][id]")); }
  function named(form, name) {
    return form.querySelector('[data-type][id="' + CSS.escape((form.dataset.ids || "") + name) + '"]'); // data-ids: what they begin with
  }
  function number(text) {
    var plain = text.replace(/^\s*R\$/, "").trim();
    plain = portuguese ? plain.replace(/\./g, "").replace(",", ".") : plain.replace(/,/g, "");
    return plain === "" || isNaN(plain) ? null : Number(plain);
  }
  /* What a control holds, as its value lies in the record; null for nothing, a list for several. */
  function held(control) {
    var type = control.dataset.type, text = (control.value || "").trim();
    if (type === "choices") {
      return Array.from(control.querySelectorAll("input:checked"), function (box) { return box.value; });
    }
    if (type === "attachment") {
      return Array.from(control.closest("[data-field-files]").querySelectorAll("[data-list] input"), function (one) { return one.value; });
    }
    if (!text) return null;
    if (type === "boolean") return text === "y";
    if (type === "integer") return Number(text);
    if (type === "decimal" || type === "money") return number(text);
    if (type === "date") return window.balcao.dates.iso(text) || text;
    if (type === "cpf_cnpj") return text.replace(/[^0-9A-Za-z]/g, "").toUpperCase();
    if (type === "person") return Number(text);
    return text;
  }
  function same(a, b, type) {
    if (type === "integer" || type === "decimal" || type === "money") return a !== null && b !== null && Number(a) === Number(b);
    return a === b;
  }
  function says(rule, control, value) {
    var all = Array.isArray(value) ? value : value === null ? [] : [value];
    if (rule.filled) return all.length > 0;
    return all.some(function (one) {
      return (rule["in"] || []).some(function (wanted) { return same(one, wanted, control.dataset.type); });
    });
  }
  /* What stands round a control: its label, its help and what was refused. */
  function line(control) {
    var label = document.querySelector('label[for="' + CSS.escape(control.id) + '"]'), around = control.closest(".b-line") || control;
    while (label && around.parentElement && !around.contains(label)) around = around.parentElement;
    return around;
  }

  function follow(form) {
    var all = controls(form), found = {};
    function shown(control, above) {
      var id = control.id;
      if (above.indexOf(id) >= 0) return true; // a circle hides nothing
      if (!(id in found)) {
        var rule = control.dataset.shownIf ? JSON.parse(control.dataset.shownIf) : null;
        var other = rule && named(form, rule.field);
        found[id] = !other || says(rule, other, shown(other, above.concat(id)) ? held(other) : null);
      }
      return found[id];
    }
    var changed = false;
    all.forEach(function (control) {
      var around = line(control), on = shown(control, []);
      if (around.hidden === on) { around.hidden = !on; changed = true; }
    });
    if (!changed) return;
    form.querySelectorAll("details.b-fold, fieldset.b-part").forEach(function (part) { // nothing of it is left
      var inside = all.filter(function (control) { return part.contains(control); });
      var other = Array.from(part.querySelectorAll(".b-line")).some(function (each) { return !each.hidden; });
      if (inside.length) part.hidden = !other && inside.every(function (control) { return line(control).hidden; });
    });
  }

  var followed = [];
  function begin(form) {
    if (!form.querySelector("[data-shown-if]")) return;
    if (followed.indexOf(form) >= 0) { follow(form); return; } // it was filled anew
    followed.push(form);
    var again = function () { follow(form); };
    form.addEventListener("input", again);
    form.addEventListener("balcao:files", again);
    if (window.jQuery) window.jQuery(form).on("change", again); // Select2 speaks through jQuery only
    else form.addEventListener("change", again);
    again();
  }
  Array.from(document.querySelectorAll("form")).forEach(begin);
  document.addEventListener("balcao:added", function (event) {
    var root = event.detail, form = root && root.closest("form");
    if (form) begin(form);
    else if (root) root.querySelectorAll("form").forEach(begin);
  });

  /* ---- masks: 9 a digit, A a letter, * either */

  function fits(place, c) {
    var digit = c >= "0" && c <= "9", letter = c.toLowerCase() !== c.toUpperCase();
    return place === "9" ? digit : place === "A" ? letter : digit || letter;
  }
  function masked(mask, text) {
    var made = "", left = text.split(""), waiting = "";
    for (var at = 0; at < mask.length && left.length; at++) {
      if ("9A*".indexOf(mask[at]) < 0) {
        if (left[0] === mask[at]) left.shift();
        waiting += mask[at]; // it stands as soon as something follows it
        if (!left.length) { made += waiting; waiting = ""; }
        continue;
      }
      while (left.length && !fits(mask[at], left[0])) {
        if (/[0-9A-Za-zÀ-ÿ]/.test(left[0])) return null; // another kind of character: left as it was typed
        left.shift();
      }
      if (!left.length) break;
      made += waiting + left.shift();
      waiting = "";
    }
    return left.join("").trim() ? null : made;
  }
  document.addEventListener("input", function (event) {
    var box = event.target;
    if (!box.dataset || !box.dataset.mask || !/^insert/.test(event.inputType || "insert")) return;
    if (box.selectionEnd !== box.value.length) return; // mended in the middle
    var made = masked(box.dataset.mask, box.value);
    if (made !== null && made !== box.value) box.value = made;
  }, true);
})();
