// An organisation from its founding to its first member, without JavaScript too, and what an administrator does about it.

import { type Browser, type Page } from "@playwright/test";
import { type Person, expect, mail, signIn, signUp, somebody, test } from "./support.ts";

const ADMIN = { email: "admin@demo.guildhall.test", password: "guildhall-demo-2026" };
const ENTERPRISE = { email: "enterprise@demo.guildhall.test", password: "guildhall-demo-2026" };

for (const [name, js] of [
  ["with JavaScript", true],
  ["without JavaScript", false],
] as const) {
  test.describe(name, () => {
    test.use({ javaScriptEnabled: js });

    test("set up, invite, join, hand over, leave", async ({ page, browser }) => {
      test.setTimeout(180_000);
      const owner = somebody(js ? "Olive" : "Omar");
      const guest = somebody(js ? "Gwen" : "Gus");
      const organisation = `Tester Works ${owner.email.split(".")[1]?.split("@")[0]}`;
      await signUp(page, owner);
      await signIn(page, owner);
      await test.step("set up", () => found(page, organisation));
      await test.step("name a second team like the first", () => renameWrongly(page));
      const link = await test.step("invite", () => invite(page, guest, organisation));
      await test.step("join", () => join(browser, js, guest, link, organisation));
      await test.step("hand over", () => handOver(page, guest));
    });
  });
}

async function found(page: Page, organisation: string): Promise<void> {
  await page.goto("/account/organizations");
  await expect(page.getByText("You belong to no organisation yet")).toBeVisible();
  await page.getByRole("link", { name: "Set up your organisation" }).click();
  await page.getByRole("button", { name: "Set up the organisation" }).click();
  await expect(page.getByRole("alert")).toContainText("Choose what the organisation does");
  await page.getByLabel("Train our people").check();
  await page.getByLabel("Name of the organisation").fill(organisation);
  await page.getByRole("button", { name: "Set up the organisation" }).click();
  await expect(page.getByRole("heading", { level: 1, name: organisation })).toBeVisible();
  await page.getByRole("link", { name: "Teams" }).click();
  await page.getByLabel("Name of the team").fill("Analysts");
  await page.getByRole("button", { name: "Make the team" }).click();
  await expect(page.getByText("The team is there")).toBeVisible();
}

/** What is wrong with one of several forms stands at that one, is led to, and loses nothing. */
async function renameWrongly(page: Page): Promise<void> {
  await page.getByLabel("Name of the team").fill("Builders");
  await page.getByRole("button", { name: "Make the team" }).click();
  await expect(page.getByText("The team is there")).toBeVisible();
  await page.locator("summary").filter({ hasText: "Builders" }).click();
  await page.getByLabel("New name of Builders").fill("analysts");
  await page.getByRole("button", { name: "Save the name" }).filter({ visible: true }).click();
  const field = page.getByLabel("New name of Builders");
  await expect(field).toBeVisible();
  await expect(field).toHaveValue("analysts");
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await expect(field).toHaveAccessibleDescription(/There is a team of this name already/);
  await expect(page.locator("[aria-invalid]")).toHaveCount(1);
  await expect(page.getByLabel("New name of Analysts")).toHaveValue("Analysts");
  await expect(page.getByLabel("Name of the team")).toHaveValue("");
  await page.getByRole("alert").getByRole("link", { name: "There is a team of this name already" }).click();
  await expect(page).toHaveURL(/#name-/);
  expect(new URL(page.url()).hash).toBe(`#${await field.getAttribute("id")}`);
  await page.getByRole("button", { name: "Delete Builders" }).click();
  await expect(page.getByText("The team is deleted.")).toBeVisible();
}

async function invite(page: Page, guest: Person, organisation: string): Promise<string> {
  await page.getByRole("link", { name: "Invitations" }).click();
  await page.getByLabel("Email address").fill("not an address");
  await page.getByRole("button", { name: "Send the invitation" }).click();
  await expect(page.getByRole("alert")).toContainText("Enter an email address in the correct format");
  await page.getByLabel("Email address").fill(guest.email);
  await page.getByLabel("Role").selectOption("manager");
  await page.getByLabel("Team").selectOption({ label: "Analysts" });
  await page.getByRole("button", { name: "Send the invitation" }).click();
  await expect(page.getByText("The invitation is on its way.")).toBeVisible();
  const message = await mail(page.request, guest.email, `Join ${organisation}`);
  const address = message.text.match(/https?:\/\/\S+\/invitations\/\S+/)?.[0];
  expect(address, message.text).toBeTruthy();
  return new URL(address as string).pathname;
}

async function join(browser: Browser, js: boolean, guest: Person, link: string, organisation: string): Promise<void> {
  const context = await browser.newContext({ javaScriptEnabled: js });
  const page = await context.newPage();
  await page.goto(link);
  await expect(page.getByRole("main")).toContainText(`join ${organisation}`);
  await expect(page.getByRole("main")).not.toContainText(guest.email);
  await signUp(page, guest);
  await signIn(page, guest);
  await page.goto(link);
  await page.getByRole("button", { name: `Join ${organisation}` }).click();
  await expect(page.getByText("You have joined")).toBeVisible();
  await page.goto(link);
  await expect(page.getByText("This link is not good any more")).toBeVisible();
  await context.close();
}

async function handOver(page: Page, guest: Person): Promise<void> {
  await page.getByRole("link", { name: "Overview" }).click();
  await page.getByText("Leave the organisation").click();
  await page.getByRole("button", { name: "Leave" }).click();
  await expect(page.getByRole("alert")).toContainText("An organisation needs an owner");
  await page.getByText("Hand the organisation over").click();
  await page.getByLabel("New owner").selectOption({ label: `${guest.name} (${guest.email})` });
  await page.getByRole("button", { name: "Hand it over" }).click();
  await expect(page.getByText("The organisation has a new owner.")).toBeVisible();
  await page.getByText("Leave the organisation").click();
  await page.getByRole("button", { name: "Leave" }).click();
  await expect(page.getByText("You have left the organisation.")).toBeVisible();
}

test("domains tell how they are proved, and public ones are refused", async ({ page }) => {
  await signIn(page, ENTERPRISE);
  await page.goto("/account/organizations");
  await page.getByRole("main").getByRole("link", { name: "Leeds City Council" }).click();
  await page.getByRole("link", { name: "Domains" }).click();
  await page.getByLabel("Domain", { exact: true }).fill("gmail.com");
  await page.getByRole("button", { name: "Add the domain" }).click();
  await expect(page.getByRole("alert")).toContainText("Anybody can have an address there");
  const domain = `d${Date.now().toString(36)}.example`;
  await page.getByLabel("Domain", { exact: true }).fill(domain);
  await page.getByRole("button", { name: "Add the domain" }).click();
  await expect(page.getByRole("region", { name: domain })).toContainText("guildhall-verification=");
  await page.getByRole("button", { name: `Remove ${domain}` }).click();
  await expect(page.getByText("The domain is removed.")).toBeVisible();
});

test("an administrator suspends a person, who is out at once, and restores them", async ({ page, browser }) => {
  test.setTimeout(120_000);
  const person = somebody("Sid");
  const context = await browser.newContext();
  const theirs = await context.newPage();
  await signUp(theirs, person);
  await signIn(theirs, person);
  await signIn(page, ADMIN);
  await page.goto(`/admin/people?q=${encodeURIComponent(person.email)}`);
  await page.getByRole("link", { name: person.name }).click();
  await page.getByLabel("Reason").fill("Tested too much");
  await page.getByRole("button", { name: "Suspend the account" }).click();
  await expect(page.getByText("Suspended, with effect at once.")).toBeVisible();
  await theirs.goto("/account");
  await expect(theirs).toHaveURL(/\/sign-in/);
  await mail(page.request, person.email, "Your account is suspended");
  await page.getByRole("button", { name: "Restore the account" }).click();
  await expect(page.getByText("Restored.")).toBeVisible();
  await signIn(theirs, person);
  await context.close();
});

test("nobody else administers", async ({ page, complaints }) => {
  complaints.expect(/403/);
  await signIn(page, ENTERPRISE);
  const answer = await page.goto("/admin/people");
  expect(answer?.status()).toBe(403);
  await expect(page.getByRole("heading", { level: 1, name: "This is for administrators" })).toBeVisible();
});
