// What an administrator does about another person's account that asks for a proof: erasing it, and the administrator's role.

import { type Page } from "@playwright/test";
import { type Person, expect, mail, signIn, signUp, somebody, test } from "./support.ts";

const ADMIN = { email: "admin@demo.guildhall.test", password: "guildhall-demo-2026" };

async function find(page: Page, person: { email: string }, name: string): Promise<void> {
  await page.goto(`/admin/people?q=${encodeURIComponent(person.email)}`);
  await page.getByRole("link", { name }).click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
}

test("an administrator asks for somebody's erasure, and keeps the account after all", async ({ page, browser }) => {
  test.setTimeout(120_000);
  const person: Person = somebody("Edda");
  const context = await browser.newContext();
  await signUp(await context.newPage(), person);
  await context.close();
  await signIn(page, ADMIN);
  await find(page, person, person.name);
  await page.getByRole("button", { name: "Erase the account in 14 days" }).click();
  await expect(page.getByRole("alert")).toContainText("Enter why the account is to be erased");
  await page.getByLabel("Why the account is to be erased").fill("Asked for by letter");
  await page.getByRole("button", { name: "Erase the account in 14 days" }).click();
  await expect(page.getByText("The account will be erased in 14 days.")).toBeVisible();
  await expect(page.getByText("It happens on")).toBeVisible();
  const told = await mail(page.request, person.email, "We are going to erase your account");
  expect(told.text).toContain("Asked for by letter");
  await page.getByRole("button", { name: "Keep the account" }).click();
  await expect(page.getByText("The account stays.")).toBeVisible();
  await mail(page.request, person.email, "Your account stays");
});

test("an administrator makes somebody one, and takes the role back, at once", async ({ page, browser }) => {
  test.setTimeout(120_000);
  const person: Person = somebody("Ravi");
  const context = await browser.newContext();
  const theirs = await context.newPage();
  await signUp(theirs, person);
  await signIn(theirs, person);
  await signIn(page, ADMIN);
  await find(page, person, person.name);
  await page.getByRole("button", { name: "Make this person an admin" }).click();
  await expect(page.getByText("They are a platform admin now.")).toBeVisible();
  await mail(page.request, person.email, "You are an administrator of Guildhall now");
  await theirs.goto("/admin");
  await expect(theirs.getByRole("link", { name: "Audit trail" })).toBeVisible();
  // Nobody erases an administrator.
  await expect(page.getByText("An admin can’t be erased.")).toBeVisible();
  await page.getByRole("button", { name: "Take the admin’s role away" }).click();
  await expect(page.getByText("They are no platform admin any more.")).toBeVisible();
  await mail(page.request, person.email, "You are no longer an administrator of Guildhall");
  const answer = await theirs.goto("/admin");
  expect(answer?.status()).toBe(403);
  await context.close();
});

test("nobody changes their own role or erases themselves there", async ({ page }) => {
  await signIn(page, ADMIN);
  await page.goto(`/admin/people?q=${encodeURIComponent(ADMIN.email)}`);
  await page.getByRole("main").getByRole("table").getByRole("link").first().click();
  await expect(page.getByText("You are one yourself.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Take the admin’s role away" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Erase the account in 14 days" })).toHaveCount(0);
});
