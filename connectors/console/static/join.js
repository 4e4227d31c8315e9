// Takes the code of a one-time link from behind "#" into the form, and out of the address, so that no history keeps it.
"use strict";

const code = location.hash.slice(1);
if (code) {
  history.replaceState(null, "", location.pathname);
  document.getElementById("code").value = decodeURIComponent(code);
}
