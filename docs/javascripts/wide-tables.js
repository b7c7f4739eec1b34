// A table that is wider than the screen can be moved by keyboard too. The theme puts each into a box that scrolls.
addEventListener("load", () => {
  for (const box of document.querySelectorAll(".md-typeset__scrollwrap")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }
});
