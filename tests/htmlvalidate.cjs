// What pages are held to: everything that html-validate recommends, but for these.
module.exports = {
  root: true,
  extends: ["html-validate:recommended"],
  rules: {
    "long-title": "off", // a title names the report, the area and the force, however long their names are
    "no-redundant-role": "off", // the style sheet lays tables out anew on a phone, where roles keep them tables
    "prefer-native-element": "off", // a box that scrolls is a region by its role, and no section of the text
    "wcag/h32": "off", // filters act at once, so there is nothing to send
  },
};
