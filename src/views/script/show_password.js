// Beside each field of a password a button that shows what was typed. The field is one of a password again before anything is
// sent or left, so that no browser keeps it as a text. The words stand in the attributes of the script's own element.

(() => {
  const { show, hide } = document.currentScript.dataset;
  for (const field of document.querySelectorAll("input[type=password]")) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn" });
    const put = (shown) => {
      field.type = shown ? "text" : "password";
      button.textContent = shown ? hide : show;
    };
    button.setAttribute("aria-controls", field.id);
    // A browser that checks spelling may send what it reads elsewhere.
    field.spellcheck = false;
    field.autocapitalize = "off";
    button.addEventListener("click", () => put(field.type === "password"));
    field.form.addEventListener("submit", () => put(false));
    addEventListener("pagehide", () => put(false));
    put(false);
    field.after(button);
  }
})();
