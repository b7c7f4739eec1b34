// What pages are held to: everything that html-validate recommends, but for these.
module.exports = {
  root: true,
  extends: ["html-validate:recommended"],
  rules: {
    "long-title": "off", // a title names the report, the area and the force, however long their names are
    "no-redundant-role": "off", // the style sheet lays tables out anew on a phone, where roles keep them tables
    "wcag/h32": "off", // filters act at once, so there is nothing to send
  },
};
