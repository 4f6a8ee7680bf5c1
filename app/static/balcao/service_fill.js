/* The form of a person filled by the external service: by its button, and when what it is asked by is complete on a new
   form. What was typed is never overwritten; where the service says otherwise, it offers. */
(function () {
  "use strict";
  var box = document.getElementById("person-service"), form = document.getElementById("model_form");
  if (!box || !form) return;
  var words = box.dataset, by = words.by.split(" "), names = JSON.parse(words.names);
  var said = box.querySelector("[data-said]"), button = box.querySelector("[data-ask]");
  var isNew = !words.entity, turn = 0, asked = "", filling = false, timer = null, touched = {};
  var ROWS = {
    phone: ["phones", "number"], email: ["econtacts", "value"], street: ["addresses", "street"],
    number: ["addresses", "number"], complement: ["addresses", "complement"], district: ["addresses", "district"],
    city: ["addresses", "city"], state: ["addresses", "state"], cep: ["addresses", "cep"]
  };
  var DIGITS = ["document", "phone", "cep"];

  /* where a field stands: on the form itself, or in the main row of its list (else the first) */
  function row(list) {
    var all = Array.from(list.querySelectorAll("tbody tr"));
    if (list.id === "econtacts") all = all.filter(function (each) {
      return each.querySelector("[name$='-kind']").value === "email";
    });
    return all.find(function (each) { return each.querySelector("[name$='-is_main']").checked; }) || all[0] || null;
  }
  function place(name, make) {
    var own = form.elements[name];
    if (own && own.tagName && !(name in ROWS && form.querySelector("#" + ROWS[name][0]))) return own;
    if (!(name in ROWS)) return null;
    var list = form.querySelector("#" + ROWS[name][0]);
    if (!list) return null;
    var found = row(list);
    if (!found && make) {
      var alone = !list.querySelector("[name$='-is_main']:checked");
      list.dispatchEvent(new CustomEvent("balcao:add-row", { bubbles: true }));
      found = list.querySelector("tbody").lastElementChild;
      found.querySelector("[name$='-is_main']").checked = alone;
      if (typeof make === "string") found.querySelector("[name$='-kind']").value = make;
    }
    return found ? found.querySelector("[name$='-" + ROWS[name][1] + "']") : null;
  }
  function known(name) { return !!(form.elements[name] || name in ROWS && form.querySelector("#" + ROWS[name][0])); }
  function typed(name) {
    var field = place(name);
    return field && !field.readOnly ? field.value.trim() : "";
  }
  function digits(text) { return text.replace(/[^0-9A-Za-z]/g, "").toUpperCase(); }
  function same(name, one, other) {
    if (name === "phone") return digits(one).slice(-8) === digits(other).slice(-8) && digits(one).length > 7;
    if (DIGITS.indexOf(name) >= 0) return digits(one) === digits(other);
    return one.trim().toLocaleLowerCase() === other.trim().toLocaleLowerCase();
  }

  /* ---- what stands under a field */
  function note(field, build) {
    forget(field);
    var told = document.createElement("span");
    told.className = "help-block b-from-service";
    told.id = field.id + "-service";
    build(told);
    field.closest("td, .b-control").append(told);
    field.setAttribute("aria-describedby", ((field.getAttribute("aria-describedby") || "") + " " + told.id).trim());
  }
  function forget(field) {
    var told = document.getElementById(field.id + "-service");
    field.classList.remove("b-is-filled");
    if (!told) return;
    told.remove();
    field.setAttribute("aria-describedby", (field.getAttribute("aria-describedby") || "").replace(told.id, "").trim());
  }
  function put(field, value) {
    filling = true;
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    filling = false;
    note(field, function (told) {
      var icon = document.createElement("i");
      icon.className = "fa-solid fa-wand-magic-sparkles";
      icon.setAttribute("aria-hidden", "true");
      told.append(icon, " " + words.mark);
    });
    field.classList.add("b-is-filled");
  }
  function offer(field, each) {
    note(field, function (told) {
      var value = document.createElement("b"), use = document.createElement("button");
      value.textContent = field.tagName === "SELECT" ? shown(field, each.value) : each.value;
      use.type = "button";
      use.className = "btn btn-default btn-xs";
      use.textContent = words.use;
      use.setAttribute("aria-label", words.use + ": " + each.label + ", " + value.textContent);
      use.addEventListener("click", function () {
        put(field, each.value);
        field.focus();
      });
      told.append(words.value + " ", value, " ", use);
    });
  }
  function shown(select, code) {
    var option = Array.from(select.options).find(function (each) { return each.value === code; });
    return option ? option.text : code;
  }

  /* ---- the answer */
  function isEmpty(field, name) {
    if (field.value.trim() === "") return true;
    return isNew && name === "kind" && !touched[field.name]; // it stands at its default
  }
  function addressDiffers(values) { // an address is filled whole or offered: never half of two
    return values.some(function (each) {
      var field = ROWS[each.name] && ROWS[each.name][0] === "addresses" && place(each.name);
      return field && field.value.trim() && !same(each.name, field.value, each.value);
    });
  }
  function fill(values, notices) {
    var filled = [], others = [], elsewhere = [], mixed = addressDiffers(values);
    values.forEach(function (each) {
      if (!known(each.name)) { elsewhere.push(each.label); return; }
      var field = place(each.name, each.kind || (each.name === "email" ? "email" : true));
      if (!field || field.readOnly) return;
      var part = mixed && ROWS[each.name] && ROWS[each.name][0] === "addresses";
      if (field.value.trim() && same(each.name, field.value, each.value)) return;
      if (isEmpty(field, each.name) && !part) { put(field, each.value); filled.push(each.label); }
      else { offer(field, each); others.push(each.label); }
    });
    var told = [];
    if (filled.length) told.push(words.filled.replace("{fields}", filled.join(", ")));
    if (others.length) told.push(words.others.replace("{fields}", others.join(", ")));
    if (elsewhere.length) told.push(words.elsewhere.replace("{fields}", elsewhere.join(", ")));
    if (values.length && !told.length && !notices.length) told.push(words.nothing);
    said.textContent = told.concat(notices).join(" ");
  }

  function given() {
    var found = {};
    by.forEach(function (name) { found[name] = typed(name); });
    return found;
  }
  function ask(byHand) {
    var sent = given(), key = JSON.stringify(sent);
    if (!by.some(function (name) { return sent[name]; }) && !("document" in words && by.indexOf("document") >= 0)) {
      if (byHand) said.textContent = words.type.replace("{fields}", by.map(function (name) { return names[name]; }).join(", "));
      return;
    }
    if (key === asked && (!byHand || button.hasAttribute("aria-busy"))) return; // leaving the field has asked already
    asked = key;
    var mine = ++turn;
    said.textContent = words.waiting;
    button.setAttribute("aria-busy", "true");
    fetch(words.url, {
      method: "POST", credentials: "same-origin", body: JSON.stringify(Object.assign({ entity: words.entity }, sent)),
      headers: { "Content-Type": "application/json", Accept: "application/json",
                 "X-CSRFToken": form.querySelector("[name=csrf_token]").value }
    }).then(function (answer) {
      return answer.json().then(function (body) { return { ok: answer.ok, status: answer.status, body: body }; });
    }).then(function (answer) {
      if (mine !== turn) return; // somebody else is typed by now
      if (answer.ok) fill(answer.body.values, answer.body.notices);
      else said.textContent = byHand || answer.status !== 422 ? answer.body.error || words.failed : "";
    }).catch(function () {
      if (mine === turn) said.textContent = words.failed;
    }).finally(function () {
      if (mine === turn) button.removeAttribute("aria-busy");
    });
  }

  function cancel() { // an answer about what stood here before comes too late
    turn++;
    button.removeAttribute("aria-busy");
    if (said.textContent === words.waiting) said.textContent = "";
  }

  /* ---- when */
  button.addEventListener("click", function () { ask(true); });
  form.addEventListener("input", function (event) {
    if (filling) return;
    touched[event.target.name] = true;
    if (event.target.id && document.getElementById(event.target.id + "-service")) forget(event.target);
    if (by.some(function (name) { return event.target === place(name); })) cancel();
    if (!isNew || by.indexOf("document") < 0 || event.target !== place("document")) return;
    window.clearTimeout(timer);
    var length = digits(event.target.value).length;
    if (length === 11 || length === 14) timer = window.setTimeout(ask, 600, false);
  });
  form.addEventListener("change", function (event) {
    if (filling || !isNew) return;
    var name = by.find(function (each) { return event.target === place(each); }), length;
    if (!name) return;
    length = digits(event.target.value).length;
    if (name === "document" ? length === 11 || length === 14 : name === "phone" ? length >= 10
      : event.target.value.indexOf("@") > 0) {
      window.clearTimeout(timer);
      ask(false);
    }
  });
  if ("now" in words && by.some(function (name) { return typed(name); })) ask(false);
})();
