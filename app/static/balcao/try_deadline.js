/* The box to try a deadline in: each change asks the server and puts its answer and its refusals in place. */
(function () {
  "use strict";
  var form = document.querySelector("[data-trial]"), answer = document.getElementById("trial-answer");
  if (!form || !answer) return;
  var timer, asked = 0;
  function ask() {
    var number = ++asked, address = form.getAttribute("action") + "?" + new URLSearchParams(new FormData(form));
    answer.setAttribute("aria-busy", "true");
    fetch(address, { credentials: "same-origin" }).then(function (response) {
      if (!response.ok) throw new Error(response.status);
      return response.text();
    }).then(function (text) {
      if (number !== asked) return;
      var page = new DOMParser().parseFromString(text, "text/html"), fresh = page.getElementById("trial-answer");
      if (!fresh) throw new Error("signed out");
      answer.replaceChildren.apply(answer, Array.from(fresh.childNodes));
      answer.removeAttribute("aria-busy");
      mark(page.querySelector("[data-trial]"));
      history.replaceState(null, "", address);
    }).catch(function () { if (number === asked) form.submit(); });
  }
  function mark(fresh) { // the refusals of each field; what stands in the boxes stays
    Array.from(form.querySelectorAll("input[name]:not([type=hidden]), select[name]")).forEach(function (box) {
      var other = fresh.elements[box.name], old = document.getElementById(box.id + "-err");
      if (old) old.remove();
      ["aria-invalid", "aria-describedby"].forEach(function (name) {
        if (other.hasAttribute(name)) box.setAttribute(name, other.getAttribute(name));
        else box.removeAttribute(name);
      });
      var error = fresh.querySelector("#" + box.id + "-err");
      if (error) (box.closest(".b-date") || box).parentNode.appendChild(error);
    });
  }
  form.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(ask, 300); });
  form.addEventListener("submit", function (event) { event.preventDefault(); clearTimeout(timer); ask(); });
})();
