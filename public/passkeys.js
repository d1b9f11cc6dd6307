// Passkeys. A form with `data-passkey` (`create` or `get`) is shown where the browser knows passkeys; sending it asks the
// server at `data-passkey-start` what to ask the authenticator, puts the answer into the fields `token` and `credential`
// and sends the form like any other. The element with `data-passkey-error` within it tells what went wrong.

const bytes = (text) => {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (c) => c.charCodeAt(0));
};

const text = (buffer) => {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
};

const known = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

async function create({ publicKey }) {
  const user = { ...publicKey.user, id: bytes(publicKey.user.id) };
  const excludeCredentials = known(publicKey.excludeCredentials);
  const options = { ...publicKey, challenge: bytes(publicKey.challenge), user, excludeCredentials };
  const made = await navigator.credentials.create({ publicKey: options });
  return {
    ...common(made),
    response: {
      attestationObject: text(made.response.attestationObject),
      clientDataJSON: text(made.response.clientDataJSON),
    },
  };
}

async function get({ publicKey }) {
  const allowCredentials = known(publicKey.allowCredentials);
  const options = { ...publicKey, challenge: bytes(publicKey.challenge), allowCredentials };
  const got = await navigator.credentials.get({ publicKey: options });
  const { authenticatorData, clientDataJSON, signature, userHandle } = got.response;
  return {
    ...common(got),
    response: {
      authenticatorData: text(authenticatorData),
      clientDataJSON: text(clientDataJSON),
      signature: text(signature),
      userHandle: userHandle ? text(userHandle) : null,
    },
  };
}

const common = (credential) => ({
  id: credential.id,
  rawId: text(credential.rawId),
  type: credential.type,
  clientExtensionResults: {},
});

/** What the server asks, or its error as words. */
async function start(form) {
  const answer = await fetch(form.dataset.passkeyStart, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams(new FormData(form)),
  });
  const body = await answer.json();
  if (!answer.ok) {
    const seconds = body.retry_after_seconds;
    const wait = seconds === undefined ? undefined : `Too many tries. Wait ${seconds} seconds and try again.`;
    throw new Refused(body.fields?.[0]?.message ?? body.message ?? wait ?? "Something went wrong. Try again.");
  }
  return body;
}

class Refused extends Error {}

function words(error) {
  if (error instanceof Refused) return error.message;
  if (error.name === "InvalidStateError") return "This device has a passkey for your account already.";
  if (error.name === "NotAllowedError") return "The passkey was not used. Try again, or use another way.";
  return "We could not use a passkey. Check your connection and try again, or use another way.";
}

function wake(form) {
  const told = form.querySelector("[data-passkey-error]");
  const button = form.querySelector("button[type=submit]");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    told.hidden = true;
    try {
      const { token, options } = await start(form);
      const ask = form.dataset.passkey === "create" ? create : get;
      const credential = await ask(JSON.parse(options));
      form.elements.token.value = token;
      form.elements.credential.value = JSON.stringify(credential);
      // What was only for the start is not sent again.
      if (form.elements.password) form.elements.password.value = "";
      form.submit();
    } catch (error) {
      told.firstElementChild.textContent = words(error);
      told.hidden = false;
    } finally {
      button.removeAttribute("aria-disabled");
    }
  });
}

if (window.PublicKeyCredential) {
  document.querySelectorAll("form[data-passkey]").forEach(wake);
}
