// What the tests ask of a page from within it. Answers are plain values, of which nothing should be left over.
globalThis.inPage = (() => {
  const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex='0']";
  const LEAST_CONTRAST = 4.5;
  const visited = new Set();

  const named = (element) => {
    const text = element.getAttribute("aria-label") || element.innerText || element.getAttribute("href") || element.id;
    return `${element.localName} ${(text || "").trim().slice(0, 60)}`;
  };

  /** Text in the drawings that are shown, each with its box, less the air above and below the letters. */
  const drawnText = () =>
    [...document.querySelectorAll("svg")].flatMap((drawing) => {
      const frame = drawing.getBoundingClientRect();
      if (!frame.width) return []; // the drawing for another width of screen
      const texts = [...drawing.querySelectorAll("text")].filter((text) => text.textContent.trim());
      return texts.map((text) => {
        const { left, right, top, bottom } = text.getBoundingClientRect();
        const air = (bottom - top) * 0.18;
        const box = { left: left + 0.5, right: right - 0.5, top: top + air, bottom: bottom - air };
        return { drawing, frame, text, said: text.textContent.trim(), box };
      });
    });

  const meet = (one, other) =>
    one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;

  const luminance = ([red, green, blue]) => {
    const linear = [red, green, blue].map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };

  const channels = (colour) => (colour.match(/[\d.]+/g) || []).map(Number);

  const backgroundOf = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const [red, green, blue, alpha = 1] = channels(getComputedStyle(at).backgroundColor);
      if (alpha > 0) return [red, green, blue];
    }
    return matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18] : [255, 255, 255];
  };

  const contrast = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };

  return {
    /** Opens everything that folds, so that what is in it is looked at too. */
    unfold() {
      for (const folded of document.querySelectorAll("details")) folded.open = true;
    },

    /** What axe finds against the rules of the tags: the rule, the element and the fix. Of a drawing it sees the element,
     * its name and its description: thousands of marks say nothing to it, and their text is looked at by `faint`. */
    async violations(tags) {
      for (const mark of document.querySelectorAll("svg > :not(title, desc)")) mark.remove();
      const found = await axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] });
      return found.violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary.replace(/\s+/g, " ")}`),
      );
    },

    /** Text in a drawing that lies over other text of it, or beyond its edge. */
    misplaced() {
      const texts = drawnText();
      const beyond = texts.filter(
        ({ frame, box }) => box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1,
      );
      const over = texts.flatMap((one, place) =>
        texts
          .slice(place + 1)
          .filter((other) => one.drawing === other.drawing && meet(one.box, other.box))
          .map((other) => `'${one.said}' over '${other.said}'`),
      );
      return [...beyond.map(({ said }) => `'${said}' beyond the edge`), ...over];
    },

    /** Text in a drawing that stands out too little from what is behind the drawing. */
    faint() {
      return drawnText()
        .map(({ drawing, text, said }) => [said, contrast(channels(getComputedStyle(text).fill), backgroundOf(drawing))])
        .filter(([, ratio]) => ratio < LEAST_CONTRAST)
        .map(([said, ratio]) => `'${said}' ${ratio.toFixed(2)}:1`);
    },

    /** Tables, drawings and prints of which a part is out of sight, in a box that is smaller, and those wider than the page. */
    cut() {
      const boxed = (element) => /auto|scroll|hidden|clip/.test(getComputedStyle(element).overflow);
      const parts = [...document.querySelectorAll("table, pre, svg, img")].filter((part) => part.checkVisibility());
      return parts.flatMap((part) => {
        const said = `${part.localName} ${(part.getAttribute("aria-label") || part.textContent).trim().slice(0, 40)}`;
        const wide = part.getBoundingClientRect().right > document.documentElement.clientWidth + 1;
        const boxes = [];
        for (let at = part; at; at = at.parentElement) if (boxed(at)) boxes.push(at);
        const small = boxes.some((box) => box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1);
        return [...(wide ? [`${said}: wider than the page`] : []), ...(small ? [`${said}: cut by its box`] : [])];
      });
    },

    /** Tables laid out as anything else that no longer say what they and their parts are. */
    unsaid() {
      const roles = { table: "table", thead: "rowgroup", tbody: "rowgroup", tr: "row", td: "cell" };
      const laid = [...document.querySelectorAll("table")].filter((table) => getComputedStyle(table).display !== "table");
      return laid.flatMap((table) =>
        [table, ...table.querySelectorAll("thead, tbody, tr, td")]
          .filter((part) => part.getAttribute("role") !== roles[part.localName])
          .map((part) => named(part)),
      );
    },

    /** What has the focus, and what is wrong with how it shows; null where nothing has it. */
    focused() {
      const at = document.activeElement;
      if (!at || at === document.body) return null;
      visited.add(at);
      const { left, right, top, bottom } = at.getBoundingClientRect();
      const seen = [0.1, 0.5, 0.9].some((across) =>
        [0.1, 0.5, 0.9].some((down) => {
          const there = document.elementFromPoint(left + (right - left) * across, top + (bottom - top) * down);
          return there && (at.contains(there) || there.contains(at));
        }),
      );
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(at);
      const marked = (outlineStyle !== "none" && parseFloat(outlineWidth) >= 1) || boxShadow !== "none";
      const wrong = [...(seen ? [] : ["hidden or out of sight"]), ...(marked ? [] : ["no mark of the focus"])];
      return { name: named(at), wrong };
    },

    /** What should have had the focus since the page was opened, and never had. */
    passedOver() {
      const shown = [...document.querySelectorAll(FOCUSABLE)].filter(
        (element) => element.checkVisibility({ visibilityProperty: true }) && !element.disabled && element.tabIndex >= 0,
      );
      return shown.filter((element) => !visited.has(element)).map(named);
    },
  };
})();
