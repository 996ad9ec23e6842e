// The one script of people's pages: makes and uses passkeys where a page has a form for it, and leaves everything else to the
// page. A form says by data-passkey what it is for ("create" or "get") and brings the question in data-question; its answer is
// posted as the field "answer". Without this script, or in a browser without passkeys, the page shows what to do instead.

(() => {
  const PublicKey = globalThis.PublicKeyCredential;
  if (!PublicKey || !navigator.credentials) return;

  const bytesOf = (text) => {
    const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  };
  const textOf = (buffer) => {
    const binary = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
    return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };

  // Browsers of before 2025 read and write no JSON of their own.
  const withBytes = (question) => {
    const named = (list) => (list || []).map((one) => ({ ...one, id: bytesOf(one.id) }));
    return {
      ...question,
      challenge: bytesOf(question.challenge),
      ...(question.user ? { user: { ...question.user, id: bytesOf(question.user.id) } } : {}),
      ...(question.excludeCredentials ? { excludeCredentials: named(question.excludeCredentials) } : {}),
      ...(question.allowCredentials ? { allowCredentials: named(question.allowCredentials) } : {}),
    };
  };
  const read = (kind, question) => {
    const reader = kind === "create" ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON";
    return PublicKey[reader] ? PublicKey[reader](question) : withBytes(question);
  };
  const write = (credential) => {
    if (credential.toJSON) return credential.toJSON();
    const { response } = credential;
    const parts = {};
    for (const name of [
      "clientDataJSON",
      "attestationObject",
      "authenticatorData",
      "signature",
      "userHandle",
    ])
      if (response[name]) parts[name] = textOf(response[name]);
    if (response.getTransports) parts.transports = response.getTransports();
    const { id, type } = credential;
    return { id, rawId: id, type, clientExtensionResults: {}, response: parts };
  };

  // Some time before the question is too old to be answered (five minutes).
  const quietlyForMs = 270_000;

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const kind = form.dataset.passkey;
    const question = JSON.parse(form.dataset.question);
    const within = (name) => form.querySelector(`[data-${name}]`);
    const button = form.querySelector("button[data-use]");
    let quiet;

    const send = (credential) => {
      const answer = Object.assign(document.createElement("input"), { type: "hidden", name: "answer" });
      answer.value = JSON.stringify(write(credential));
      form.append(answer);
      // On a page that asks it in another form of its own.
      const stay = document.getElementById(form.dataset.stay);
      if (stay?.checked)
        form.append(
          Object.assign(document.createElement("input"), { type: "hidden", name: "remember", value: "yes" }),
        );
      form.submit();
    };
    const tell = (name) => {
      for (const one of ["exists", "failed"]) within(one).hidden = one !== name;
    };

    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (button.disabled) return;
      button.disabled = true;
      tell();
      quiet?.abort();
      try {
        send(await navigator.credentials[kind]({ publicKey: read(kind, question) }));
      } catch (error) {
        tell(error.name === "InvalidStateError" ? "exists" : "failed");
        button.disabled = false;
      }
    });

    // A page that comes back (the Back button) is as it was left: its button works again.
    addEventListener("pageshow", () => {
      button.disabled = false;
    });

    // In the field of the address the browser offers passkeys besides, and says nothing where there is none.
    const offerQuietly = async () => {
      if (!(await PublicKey.isConditionalMediationAvailable?.())) return;
      quiet = new AbortController();
      setTimeout(() => quiet.abort(), quietlyForMs);
      const { signal } = quiet;
      send(
        await navigator.credentials.get({
          publicKey: read(kind, question),
          mediation: "conditional",
          signal,
        }),
      );
    };
    if (form.dataset.quiet !== undefined) offerQuietly().catch(() => undefined);

    within("without").hidden = true;
    for (const one of form.querySelectorAll("[data-use]")) one.hidden = false;
  }
})();
