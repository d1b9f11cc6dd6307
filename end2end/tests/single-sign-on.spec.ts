// Through an organisation's own sign-in: its owner connects the sandbox's provider, and somebody comes in by it.

import { type Browser, type Page } from "@playwright/test";
import { type Person, expect, signIn, signUp, somebody, test } from "./support.ts";

const OWNER = { email: "enterprise@demo.guildhall.test", password: "guildhall-demo-2026" };
const SIGN_ON = "/account/organizations/leeds-city-council/sign-on";

test.describe.configure({ mode: "serial" });

let start = "";
const robin: Person = somebody("Robin");

async function freshPage(browser: Browser, baseURL: string | undefined): Promise<Page> {
  const context = await browser.newContext({ baseURL, locale: "en-GB" });
  return context.newPage();
}

/** At the provider's page: who to be. */
async function beThere(page: Page, person: { email: string; name: string }, wrong?: string): Promise<void> {
  await expect(page.getByRole("heading", { level: 1, name: "Sign in to the sandbox’s organisation" })).toBeVisible();
  await page.getByLabel("Email address").fill(person.email);
  await page.getByLabel("Name", { exact: true }).fill(person.name);
  if (wrong) {
    await page.getByLabel("What is wrong with the token").selectOption({ label: wrong });
  }
  await page.getByRole("button", { name: "Sign in" }).click();
}

test("an owner connects a provider, tests it and switches it on", async ({ page }) => {
  await signIn(page, OWNER);
  const discovery = await page.request.get("/sandbox/oidc/.well-known/openid-configuration");
  const { issuer } = (await discovery.json()) as { issuer: string };
  await page.goto(SIGN_ON);
  await expect(page.getByRole("heading", { level: 1, name: "Leeds City Council" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Single sign-on" })).toHaveAttribute("aria-current", "page");
  await page.getByRole("link", { name: "Any OpenID Connect provider" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Staff accounts");
  await page.getByLabel("Issuer").fill("not an address");
  await page.getByLabel("Client id").fill("guildhall");
  await page.getByLabel("Client secret or private key").fill("not the secret");
  await page.getByLabel("Role", { exact: true }).selectOption({ label: "Learner" });
  await page.getByRole("button", { name: "Add the connection" }).click();
  await expect(page.getByRole("alert")).toContainText("Enter the provider’s issuer");
  await expect(page.getByLabel("Client id")).toHaveValue("guildhall");
  await page.getByLabel("Issuer").fill(issuer);
  await page.getByLabel("Client secret or private key").fill("not the secret");
  await page.getByRole("button", { name: "Add the connection" }).click();
  await expect(page.getByText("The connection is saved")).toBeVisible();
  await page.getByRole("button", { name: "Test the connection" }).click();
  await expect(page.getByText("It does not know us by this client id and secret")).toBeVisible();
  await page.getByLabel("Client secret or private key").fill("sandbox-secret");
  await page.getByRole("button", { name: "Save the connection" }).click();
  await expect(page.getByText("The connection is saved")).toBeVisible();
  await page.getByRole("button", { name: "Test the connection" }).click();
  await expect(page.getByText("It knows us.")).toBeVisible();
  await page.getByLabel("People can sign in through it").check();
  await page.getByRole("button", { name: "Save how it is used" }).click();
  await expect(page.getByText("How the connection is used is saved.")).toBeVisible();
  const address = await page.getByText(/\/sso\/[0-9a-f-]+\/start$/).textContent();
  start = new URL(address ?? "").pathname;
});

test("somebody links their account, and comes in without a password afterwards", async ({ browser, baseURL }) => {
  const page = await freshPage(browser, baseURL);
  await signUp(page, robin);
  await page.goto(start);
  await beThere(page, robin);
  await expect(page.getByRole("heading", { level: 1, name: "Link your account" })).toBeVisible();
  await page.getByRole("link", { name: "Sign in to my account" }).click();
  await signIn(page, robin);
  await page.getByRole("button", { name: "Link my account" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "My courses" })).toBeVisible();
  await page.context().clearCookies();
  await page.goto(start);
  await beThere(page, robin);
  await expect(page.getByRole("heading", { level: 1, name: "My courses" })).toBeVisible();
  // What was linked can be undone, and linked again.
  await page.goto("/account/security");
  await page.getByRole("button", { name: /^Unlink / }).click();
  await expect(page.getByRole("main")).toContainText("no longer signs you in");
  await expect(page.getByRole("button", { name: /^Unlink / })).toHaveCount(0);
  await page.goto(start);
  await beThere(page, robin);
  await page.getByRole("button", { name: "Link my account" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "My courses" })).toBeVisible();
  await page.context().close();
});

test("before what matters they prove there again who they are, though the provider remembers them", async ({ browser, baseURL }) => {
  const page = await freshPage(browser, baseURL);
  const courses = page.getByRole("heading", { level: 1, name: "My courses" });
  await page.goto(start);
  await page.getByLabel("Stay signed in here").check();
  await beThere(page, robin);
  await expect(courses).toBeVisible();
  // Signing in again asks nothing.
  await page.goto(start);
  await expect(courses).toBeVisible();
  const confirm = async (wrong?: string): Promise<void> => {
    await page.goto("/account/confirm?next=/account/security");
    await page.getByRole("link", { name: "Confirm through your organisation" }).click();
    await beThere(page, robin, wrong);
  };
  await confirm("The person signed in an hour ago");
  await expect(page.getByRole("main")).toContainText("Not confirmed");
  await expect(page.getByRole("main")).toContainText("did not ask you to prove who you are again");
  await confirm("It does not say when the person signed in");
  await expect(page.getByRole("main")).toContainText("auth_time");
  await confirm();
  await expect(page).toHaveURL(/\/account\/security$/);
  await page.context().close();
});

test("a forged token and a refusal sign nobody in", async ({ browser, baseURL }) => {
  const page = await freshPage(browser, baseURL);
  for (const wrong of ["Its signature", "Its algorithm: none", "Its nonce", "It has expired"]) {
    await page.goto(start);
    await beThere(page, robin, wrong);
    await expect(page.getByRole("heading", { level: 1, name: "Sign in through your organisation" })).toBeVisible();
    await expect(page.getByRole("main")).toContainText("You are not signed in");
  }
  await page.goto(start);
  await page.getByRole("button", { name: "Refuse" }).click();
  await expect(page.getByRole("main")).toContainText("You did not sign in at your organisation");
  // What was said is said once.
  await page.reload();
  await expect(page.getByRole("main")).not.toContainText("You are not signed in");
  await page.getByLabel("Email address").fill("robin@nowhere.example.com");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("alert")).toContainText("No organisation signs people of this address in");
  await page.context().close();
});
