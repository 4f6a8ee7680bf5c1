/* Entity forms: while a new register is typed, those that may be the same person are shown beside it. */
(function () {
  "use strict";
  var box = document.getElementById("similar"), form = document.getElementById("model_form");
  if (!box || !form) return;
  var list = box.querySelector("ul"), timer = null, last = "";

  function value(names) {
    for (var i = 0; i < names.length; i++) {
      var field = form.querySelector('[name="' + names[i] + '"]');
      if (field && field.value.trim()) return field.value.trim();
    }
    return "";
  }

  function look() {
    var typed = {
      name: value(["name"]), document: value(["document"]), phone: value(["phone", "phones-0-number"]),
      email: value(["email", "econtacts-0-value"]), but: box.dataset.but
    };
    var key = JSON.stringify(typed);
    if (key === last) return;
    last = key;
    fetch(box.dataset.url, {
      method: "POST", credentials: "same-origin", body: key,
      headers: { "Content-Type": "application/json", "X-CSRFToken": form.querySelector("[name=csrf_token]").value }
    }).then(function (answer) { return answer.ok ? answer.json() : { entities: [] }; }).then(function (found) {
      if (key !== last) return;
      list.textContent = "";
      found.entities.forEach(function (row) {
        var item = document.createElement("li"), link = document.createElement("a");
        link.href = row.url;
        link.target = "_blank";
        link.rel = "noopener";
        link.textContent = row.name;
        item.append(link, row.about ? " · " + row.about : "");
        list.append(item);
      });
      box.hidden = !found.entities.length;
    }).catch(function () { last = ""; });
  }

  form.addEventListener("input", function () {
    window.clearTimeout(timer);
    timer = window.setTimeout(look, 500);
  });
  if (box.dataset.now) look();
})();
