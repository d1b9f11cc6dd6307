// One's own data: agreeing to the terms, a copy of everything, asking to be erased and thinking better of it.

import { expect, link, mail, signIn, signUp, somebody, test } from "./support.ts";

test.describe.configure({ mode: "serial" });

test("nobody signs up without agreeing to the terms", async ({ page }) => {
  const person = somebody("Nora");
  await page.goto("/sign-up");
  await page.getByLabel("Your name").fill(person.name);
  await page.getByLabel("Email address").fill(person.email);
  await page.getByLabel("Choose a password").fill(person.password);
  await page.getByRole("button", { name: "Create my account" }).click();
  await expect(page.getByRole("alert")).toContainText("Tick the box to agree to the terms");
  await expect(page.getByLabel("Your name")).toHaveValue(person.name);
  await page.getByRole("main").getByRole("link", { name: "terms of use", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Terms of use" })).toBeVisible();
});

test("somebody gets a copy of everything about them", async ({ page }) => {
  const person = somebody("Mina");
  await signUp(page, person);
  await signIn(page, person);
  await page.goto("/account");
  await page.getByRole("link", { name: "Get a copy of your data" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Your data" })).toBeVisible();
  await expect(page.getByText(/^Version 1, on /).first()).toBeVisible();
  await page.getByRole("button", { name: "Ask for a copy" }).click();
  await expect(page.getByText("We are making your copy")).toBeVisible();
  const told = await mail(page.request, person.email, "The copy of your data is ready");
  await page.goto(link(told, "/account/privacy"));
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: /^Get your copy \(ZIP, / }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^guildhall-\d{4}-\d{2}-\d{2}\.zip$/);
  const address = new URL(download.url()).pathname;
  await page.context().clearCookies();
  const stranger = await page.request.get(address);
  expect(stranger.status()).toBe(401);
});

test("somebody asks to be erased, and keeps the account after all", async ({ page }) => {
  const person = somebody("Otto");
  await signUp(page, person);
  await signIn(page, person);
  await page.goto("/account/privacy");
  await page.getByRole("link", { name: "Have my account erased" }).click();
  await page.getByRole("button", { name: "Erase my account in 14 days" }).click();
  await expect(page.getByRole("alert").first()).toContainText("Tick the box");
  await page.getByLabel("I know what is erased").check();
  await page.getByRole("button", { name: "Erase my account in 14 days" }).click();
  await expect(page.getByText("It happens on").first()).toBeVisible();
  const told = await mail(page.request, person.email, "Your account will be erased");
  await page.goto(link(told, "/account/privacy"));
  await page.getByRole("button", { name: "Keep my account" }).click();
  await expect(page.getByText("Your account stays.")).toBeVisible();
  await expect(page.getByRole("link", { name: "Have my account erased" })).toBeVisible();
  await mail(page.request, person.email, "Your account stays");
});

test("the owner of an organisation is told what to do first", async ({ page }) => {
  await signIn(page, { email: "enterprise@demo.guildhall.test", password: "guildhall-demo-2026" });
  await page.goto("/account/privacy/erase");
  await expect(page.getByText("You are the only owner of an organisation")).toBeVisible();
  await expect(page.getByRole("button", { name: "Erase my account in 14 days" })).toHaveCount(0);
});

test("everybody can read what is kept, and what for", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("contentinfo").getByRole("link", { name: "Privacy" }).click();
  await expect(page.getByRole("heading", { level: 2, name: "Everything that we keep" })).toBeVisible();
  const sessions = page.getByRole("table", { name: "Signing in" }).getByRole("row", { name: /^Where you are signed in/ });
  await expect(sessions.first()).toContainText("90 days after the session ends");
  await page.getByRole("contentinfo").getByRole("link", { name: "Terms" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Terms of use" })).toBeVisible();
});
