// Dialogs of the record page that look something up: a partner, an attendance, the information of a detail.
(function () {
  "use strict";

  /* What a dialog fills: "Local" is a Select2 box, "SAC Relacionado" a plain one. */
  var fields = { "pick-partner": "local_partner_id", "pick-related": "related_id" };

  function fill(field, value, text) {
    if (field.tagName === "SELECT") {
      if (value && !field.querySelector('option[value="' + value + '"]')) field.add(new Option(text, value));
      window.jQuery(field).val(value).trigger("change");
      field.dispatchEvent(new Event("input", { bubbles: true })); // the draft listens to the form, not to jQuery
      var drawn = field.nextElementSibling && field.nextElementSibling.querySelector(".select2-selection");
      (drawn || field).focus();
      return;
    }
    field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.focus();
  }

  function picker(dialog) {
    var box = dialog.querySelector("input"), list = dialog.querySelector("[data-results]");
    var said = dialog.querySelector("[data-said]"), field = document.getElementById(fields[dialog.id]);
    var timer = null, asked = 0;

    function choose(value, text) {
      dialog.close();
      fill(field, value, text);
    }
    function draw(answer) {
      list.replaceChildren.apply(list, answer.results.map(function (row) {
        var item = document.createElement("li"), button = document.createElement("button");
        var name = document.createElement("b"), note = document.createElement("span");
        name.textContent = row.text;
        note.textContent = row.note || "";
        button.type = "button";
        button.append(name, note);
        button.addEventListener("click", function () { choose(String(row.id), row.text); });
        item.append(button);
        return item;
      }));
      var n = answer.results.length;
      said.textContent = n ? dialog.dataset.found.replace("{n}", n) + (answer.more ? ". " + dialog.dataset.more : "") : dialog.dataset.none;
    }
    function search() {
      window.clearTimeout(timer);
      var mine = ++asked;
      var address = new URL(dialog.dataset.url, window.location);
      address.searchParams.set("q", box.value);
      return fetch(address, {
        credentials: "same-origin", headers: { "Accept": "application/json" }
      }).then(function (answer) {
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.json();
      }).then(function (answer) { if (mine === asked) draw(answer); }).catch(function () {
        if (mine === asked) { list.replaceChildren(); said.textContent = dialog.dataset.failed; }
      });
    }
    function step(event) {
      var buttons = Array.from(list.querySelectorAll("button")), at = buttons.indexOf(document.activeElement);
      if (event.key === "ArrowDown" && buttons[at + 1]) { event.preventDefault(); buttons[at + 1].focus(); }
      if (event.key === "ArrowUp" && at >= 0) { event.preventDefault(); (buttons[at - 1] || box).focus(); }
      if (event.key === "Enter" && document.activeElement === box) { event.preventDefault(); search(); }
    }
    box.addEventListener("input", function () { window.clearTimeout(timer); timer = window.setTimeout(search, 250); });
    dialog.addEventListener("keydown", step);
    dialog.addEventListener("balcao:opened", function () { box.value = ""; search(); });
    var none = dialog.querySelector("[data-pick-none]");
    if (none) none.addEventListener("click", function () { choose("", ""); });
  }
  document.querySelectorAll(".b-picker").forEach(picker);

  var see = document.getElementById("see-information"), dialog = document.getElementById("information");
  if (see && dialog) {
    see.addEventListener("click", function (event) {
      event.preventDefault();
      var chosen = Array.from(document.getElementById("information_ids").selectedOptions);
      var inside = dialog.querySelector(".b-known");
      var query = chosen.map(function (option) { return "id=" + option.value; }).join("&");
      fetch(see.dataset.address + "?" + query, {
        credentials: "same-origin", headers: { "X-Requested-With": "fetch" }
      }).then(function (answer) {
        if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
        return answer.text();
      }).then(function (html) { inside.innerHTML = html; }, function () { inside.textContent = inside.dataset.failed; })
        .then(function () { if (!dialog.open) dialog.showModal(); });
    });
    see.addEventListener("keydown", function (event) {
      if (event.key === " ") { event.preventDefault(); see.click(); }
    });
  }

  var expires = document.getElementById("expires_on"), expired = document.getElementById("expired");
  if (expires && expired) ["input", "change"].forEach(function (name) {
    expires.addEventListener(name, function () {
      var day = window.balcao.dates.iso(expires.value);
      expired.hidden = !day || day >= expires.dataset.today;
    });
  });
})();
