// The four who use Guildhall (a learner, a provider's owner, an enterprise's manager, an administrator) sign in by every way
// there is: password with a code of an authenticator app, passkey, and an organisation's own provider. They are the demo's
// people, who need to have nothing but their password again for whatever is tested beside: these tests come last.

import { type Browser, type Page } from "@playwright/test";
import { addPasskey, enter, firstStep, main, removePasskey, setUpApp, signOut, totp, withAuthenticator } from "./factors.ts";
import { expect, signIn, test } from "./support.ts";

const PASSWORD = "guildhall-demo-2026";
const SIGN_ON = "/account/organizations/leeds-city-council/sign-on";

interface Persona {
  who: string;
  email: string;
  /** A page of theirs alone, and its heading. */
  home: string;
  heading: string | RegExp;
}

const PERSONAS: Persona[] = [
  { who: "a learner", email: "learner@demo.guildhall.test", home: "/learn", heading: "My courses" },
  { who: "a provider's owner", email: "provider@demo.guildhall.test", home: "/account/organizations", heading: "Your organisations" },
  {
    who: "an enterprise's manager",
    email: "enterprise@demo.guildhall.test",
    home: "/account/organizations/leeds-city-council/members",
    heading: "Leeds City Council",
  },
  { who: "an administrator", email: "admin@demo.guildhall.test", home: "/admin", heading: "Administration" },
];

test.describe.configure({ mode: "serial" });

async function isHome(page: Page, persona: Persona): Promise<void> {
  const answer = await page.goto(persona.home);
  expect(answer?.status()).toBe(200);
  await expect(page.getByRole("heading", { level: 1, name: persona.heading })).toBeVisible();
}

for (const persona of PERSONAS) {
  const person = { email: persona.email, password: PASSWORD };

  test(`${persona.who} signs in by password and authenticator app`, async ({ page }) => {
    test.setTimeout(120_000);
    await signIn(page, person);
    const { secret } = await setUpApp(page, person);
    try {
      await signOut(page);
      await firstStep(page, person);
      await enter(page, totp(secret, 1));
      await expect(page).toHaveURL(/^[^?]*\/account$/);
      await isHome(page, persona);
    } finally {
      await page.goto("/account/security/totp");
      await main(page).getByLabel("Your password", { exact: true }).fill(PASSWORD);
      await main(page).getByRole("button", { name: "Remove the authenticator app" }).click();
      await expect(main(page)).toContainText("The authenticator app is removed.");
    }
  });

  test(`${persona.who} signs in by passkey`, async ({ page }) => {
    test.setTimeout(120_000);
    await withAuthenticator(page);
    await signIn(page, person);
    await addPasskey(page, person, "Persona");
    await signOut(page);
    await page.goto("/sign-in?next=/account");
    await main(page).getByRole("button", { name: "Sign in with a passkey" }).click();
    await expect(page).toHaveURL(/^[^?]*\/account$/);
    await isHome(page, persona);
    await removePasskey(page, person, "Persona");
  });
}

/** The address at which people of the demo's enterprise start; its owner connects the sandbox's provider. */
async function connected(browser: Browser, baseURL: string | undefined): Promise<string> {
  const context = await browser.newContext({ baseURL, locale: "en-GB" });
  const page = await context.newPage();
  await signIn(page, { email: "enterprise@demo.guildhall.test", password: PASSWORD });
  const discovery = await page.request.get("/sandbox/oidc/.well-known/openid-configuration");
  const { issuer } = (await discovery.json()) as { issuer: string };
  await page.goto(`${SIGN_ON}/new?kind=generic`);
  await page.getByLabel("Name", { exact: true }).fill("Personas");
  await page.getByLabel("Issuer").fill(issuer);
  await page.getByLabel("Client id").fill("guildhall");
  await page.getByLabel("Client secret or private key").fill("sandbox-secret");
  await page.getByLabel("Role", { exact: true }).selectOption({ label: "Learner" });
  await page.getByRole("button", { name: "Add the connection" }).click();
  await expect(page.getByText("The connection is saved")).toBeVisible();
  await page.getByLabel("People can sign in through it").check();
  await page.getByRole("button", { name: "Save how it is used" }).click();
  await expect(page.getByText("How the connection is used is saved.")).toBeVisible();
  const address = await page.getByText(/\/sso\/[0-9a-f-]+\/start$/).textContent();
  await context.close();
  return new URL(address ?? "").pathname;
}

async function atTheProvider(page: Page, start: string, email: string): Promise<void> {
  await page.goto(start);
  await expect(page.getByRole("heading", { level: 1, name: "Sign in to the sandbox’s organisation" })).toBeVisible();
  await page.getByLabel("Email address").fill(email);
  await page.getByLabel("Name", { exact: true }).fill("Persona");
  await page.getByRole("button", { name: "Sign in" }).click();
}

test("all of them come to their organisation's provider, and staff alone stay out", async ({ browser, baseURL }) => {
  test.setTimeout(240_000);
  const start = await connected(browser, baseURL);
  for (const persona of PERSONAS) {
    const context = await browser.newContext({ baseURL, locale: "en-GB" });
    const page = await context.newPage();
    const isStaff = persona.who === "an administrator";
    await test.step(persona.who, async () => {
      await atTheProvider(page, start, persona.email);
      await expect(page.getByRole("heading", { level: 1, name: "Link your account" })).toBeVisible();
      await page.getByRole("link", { name: "Sign in to my account" }).click();
      await signIn(page, { email: persona.email, password: PASSWORD });
      await page.getByRole("button", { name: "Link my account" }).click();
      if (isStaff) {
        await expect(page.getByRole("alert")).toContainText("staff");
        return;
      }
      await expect(page.getByRole("heading", { level: 1, name: "My courses" })).toBeVisible();
      await context.clearCookies();
      await atTheProvider(page, start, persona.email);
      await expect(page.getByRole("heading", { level: 1, name: "My courses" })).toBeVisible();
      await isHome(page, persona);
    });
    await context.close();
  }
});
