// Adds buttons to notebooks in JupyterLab: to show the report beside the notebook, to open its commentary, to explain a figure.
// Written as it is loaded: there is nothing to build. JupyterLab's own modules come from what it shares with extensions.
"use strict";

(() => {
  const NAME = "thematic";
  const CATEGORY = "Thematic";
  const STYLE = `
    .thematic-Preview { display: flex; flex-direction: column; background: var(--jp-layout-color1); }
    .thematic-Preview p, .thematic-Preview pre { margin: 0; padding: 4px 12px; font: var(--jp-ui-font-size1)/1.4 var(--jp-ui-font-family); }
    .thematic-Preview p { color: var(--jp-ui-font-color1); background: var(--jp-layout-color2); }
    .thematic-Preview pre { max-height: 40%; overflow: auto; white-space: pre-wrap; flex: none;
      color: var(--jp-ui-font-color0); border-left: 6px solid var(--jp-error-color1); }
    .thematic-Account { overflow: auto; background: var(--jp-layout-color1); }
    .thematic-Account pre { padding: 12px; font: var(--jp-code-font-size)/1.4 var(--jp-code-font-family); }
    .thematic-Preview div { position: relative; flex: 1; }
    .thematic-Preview iframe { position: absolute; width: 100%; height: 100%; border: 0; visibility: hidden; }
    .thematic-Preview iframe.shown { visibility: visible; }
  `;
  let shared = {};

  /** The module of JupyterLab with this name, the very one that it uses itself. */
  async function take(name) {
    const versions = Object.values(shared[name]);
    const factory = await versions.at(-1).get();
    return factory();
  }

  async function extension() {
    const [{ Widget }, { ICommandPalette, InputDialog, showErrorMessage }, { INotebookTracker }, { ServerConnection }, { URLExt }] =
      await Promise.all(
        ["@lumino/widgets", "@jupyterlab/apputils", "@jupyterlab/notebook", "@jupyterlab/services", "@jupyterlab/coreutils"]
          .map(take),
      );

    /** The report of one notebook: a line that says what is shown, what went wrong if anything did, and the page. */
    class Preview extends Widget {
      constructor(id, label) {
        super();
        this.id = id;
        this.addClass("thematic-Preview");
        this.title.label = `Preview: ${label}`;
        this.title.closable = true;
        this.line = this.node.appendChild(document.createElement("p"));
        this.line.setAttribute("role", "status");
        this.failure = this.node.appendChild(document.createElement("pre"));
        this.failure.setAttribute("role", "alert");
        this.failure.hidden = true;
        this.page = this.node.appendChild(document.createElement("div"));
        this.page.className = "jp-IFrame";
        this.about = "";
      }

      making() {
        this.line.textContent = this.about ? `${this.about} – making…` : "making…";
      }

      /** Shows a page that was made, or says above the page before it why there is none. */
      show({ html, about, failure }) {
        const time = new Date().toLocaleTimeString("en-GB");
        this.about = about || this.about;
        this.failure.hidden = !failure;
        this.failure.textContent = failure;
        if (html) {
          this.made = time;
          this.load(html);
        }
        const below = failure && this.made ? `below is what was made at ${this.made}` : `made at ${time}`;
        const state = failure && !this.made ? "not made" : below;
        this.line.textContent = this.about ? `${this.about} – ${state}` : state;
      }

      load(html) {
        const frame = document.createElement("iframe");
        const address = URL.createObjectURL(new Blob([html], { type: "text/html" }));
        frame.title = "The report";
        frame.sandbox = "allow-same-origin allow-downloads";
        frame.addEventListener("load", () => this.replace(frame, address), { once: true });
        frame.src = address;
        this.page.append(frame);
      }

      /** Puts the frame in the place of those before it, at the spot that was being read. */
      replace(frame, address) {
        URL.revokeObjectURL(address);
        const before = this.page.querySelector("iframe.shown");
        if (before) {
          frame.contentWindow.scrollTo(before.contentWindow.scrollX, before.contentWindow.scrollY);
        }
        frame.classList.add("shown");
        for (const each of [...this.page.children]) {
          if (each === frame) {
            break;
          }
          each.remove();
        }
      }
    }

    function activate(app, notebooks, palette) {
      const previews = new Map();
      document.head.appendChild(document.createElement("style")).textContent = STYLE;

      /** Asks the server for something of a notebook. Throws what it says where it refuses. */
      async function ask(what, panel, more = {}) {
        const settings = app.serviceManager.serverSettings;
        const path = app.serviceManager.contents.localPath(panel.context.path);
        const url = URLExt.join(settings.baseUrl, NAME, what);
        const answer = await ServerConnection.makeRequest(url, { method: "POST", body: JSON.stringify({ path, ...more }) }, settings);
        const told = await answer.json().catch(() => ({}));
        if (!answer.ok) {
          throw new Error(told.message || `The server answered ${answer.status} ${answer.statusText}.`);
        }
        return told;
      }

      function previewOf(panel) {
        const known = previews.get(panel);
        if (known) {
          return known;
        }
        const made = new Preview(`${NAME}-preview-${panel.id}`, panel.title.label);
        previews.set(panel, made);
        made.disposed.connect(() => previews.delete(panel));
        app.shell.add(made, "main", { mode: "split-right", ref: panel.id, activate: false });
        return made;
      }

      async function preview() {
        const panel = notebooks.currentWidget;
        const shown = previewOf(panel);
        if (!shown.isVisible) {
          app.shell.activateById(shown.id);
        }
        shown.making();
        try {
          await panel.context.save();
          const told = await ask("preview", panel);
          if (!told.superseded) {
            shown.show(told);
          }
        } catch (error) {
          shown.show({ failure: error.message });
        }
      }

      async function commentary() {
        const panel = notebooks.currentWidget;
        try {
          await panel.context.save();
          const { path } = await ask("commentary", panel);
          const options = { mode: previews.has(panel) ? "split-bottom" : "split-right", ref: panel.id };
          await app.commands.execute("docmanager:open", { path, factory: "Editor", options });
        } catch (error) {
          await showErrorMessage("The commentary cannot be opened", error.message);
        }
      }

      /** Asks which figure of the report is meant, and shows beside the notebook where it comes from. */
      async function explain() {
        const panel = notebooks.currentWidget;
        try {
          await panel.context.save();
          const { measures } = await ask("explain", panel);
          const { value } = await InputDialog.getItem({ title: "Where does this number come from?", items: measures });
          if (!value) {
            return;
          }
          const { lines } = await ask("explain", panel, { measure: value });
          const shown = new Widget();
          shown.id = `${NAME}-account-${Date.now()}`;
          shown.addClass("thematic-Account");
          shown.title.label = `Explain: ${value}`;
          shown.title.closable = true;
          shown.node.tabIndex = 0;
          shown.node.appendChild(document.createElement("pre")).textContent = lines.join("\n");
          app.shell.add(shown, "main", { mode: previews.has(panel) ? "split-bottom" : "split-right", ref: panel.id });
        } catch (error) {
          await showErrorMessage("The figure cannot be explained", error.message);
        }
      }

      const commands = {
        [`${NAME}:preview`]: ["Preview", "Save the notebook and show its report beside it", preview],
        [`${NAME}:commentary`]: ["Commentary", "Save the notebook and open the commentary on its report", commentary],
        [`${NAME}:explain`]: ["Explain", "Say where a figure of the report comes from", explain],
      };
      for (const [command, [label, caption, execute]] of Object.entries(commands)) {
        app.commands.addCommand(command, { label, caption, execute, isEnabled: () => notebooks.currentWidget !== null });
        palette?.addItem({ command, category: CATEGORY });
      }
    }

    return {
      id: `${NAME}:plugin`,
      description: "Shows the report of a notebook beside it, opens its commentary, and explains its figures.",
      autoStart: true,
      requires: [INotebookTracker],
      optional: [ICommandPalette],
      activate,
    };
  }

  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB[NAME] = {
    init: (scope) => {
      shared = scope;
    },
    get: async () => {
      const plugin = await extension();
      return () => ({ __esModule: true, default: plugin });
    },
  };
})();
