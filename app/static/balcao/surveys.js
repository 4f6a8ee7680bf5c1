/* The form of a survey: options and a least number only where the type has some, and a preview drawn by the server as one types. */
(function () {
  "use strict";
  var form = document.getElementById("model_form"), box = document.getElementById("survey-preview");
  if (!form || !box) return;
  var inside = box.querySelector("[data-inside]"), timer = null, asked = 0;

  function offer(row) {
    var type = row.querySelector("select[name$='-type']");
    if (!type) return;
    show(row.querySelector("[name$='-options']"), type.value === "choice" || type.value === "choices");
    show(row.querySelector("[name$='-minimum']"), type.value === "number");
  }
  function show(box, has) {
    box.hidden = !has;
    box.closest("td").classList.toggle("is-idle", !has);
  }
  function offerAll() { form.querySelectorAll("#questions tbody tr").forEach(offer); }

  function draw() {
    var mine = ++asked;
    fetch(box.dataset.preview, { method: "POST", credentials: "same-origin", body: new FormData(form) })
      .then(function (answer) { return answer.ok ? answer.text() : Promise.reject(new Error(String(answer.status))); })
      .then(function (html) {
        if (mine !== asked) return; // a later one is on its way
        inside.innerHTML = html;
        box.hidden = false;
      }).catch(function () { box.hidden = true; }); // the form works without it
  }
  function soon() {
    offerAll();
    window.clearTimeout(timer);
    timer = window.setTimeout(draw, 300);
  }
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  document.addEventListener("balcao:added", soon);
  offerAll();
  draw();
})();
