// Through an organisation's own sign-in by SAML: its owner connects the sandbox's provider, and somebody comes in by it.

import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, type Page } from "@playwright/test";
import { type Person, expect, signIn, signUp, somebody, test } from "./support.ts";

const OWNER = { email: "enterprise@demo.guildhall.test", password: "guildhall-demo-2026" };
const SIGN_ON = "/account/organizations/leeds-city-council/sign-on";

test.describe.configure({ mode: "serial" });

let start = "";
let connection = "";
const ada: Person = somebody("Ada");

async function freshPage(browser: Browser, baseURL: string | undefined): Promise<Page> {
  const context = await browser.newContext({ baseURL, locale: "en-GB" });
  return context.newPage();
}

/** No violation of axe's rules, and no sideways scrolling on the narrowest screen. */
async function isSound(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  expect(violations.map((violation) => violation.id)).toEqual([]);
  await page.setViewportSize({ width: 320, height: 700 });
  const beyond = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
  expect(await page.evaluate(beyond)).toBeLessThanOrEqual(0);
  await page.setViewportSize({ width: 1280, height: 900 });
}

interface How {
  wrong?: string;
  encrypts?: boolean;
  signs?: string;
}

/** At the provider's page: who to be. */
async function beThere(page: Page, person: { email: string; name: string }, how: How = {}): Promise<void> {
  const heading = "Sign in to the sandbox’s organisation by SAML";
  await expect(page.getByRole("heading", { level: 1, name: heading })).toBeVisible();
  await page.getByLabel("Email address").fill(person.email);
  await page.getByLabel("Name", { exact: true }).fill(person.name);
  if (how.signs) {
    await page.getByLabel("What is signed").selectOption({ label: how.signs });
  }
  if (how.encrypts) {
    await page.getByLabel("The assertion is encrypted").check();
  }
  if (how.wrong) {
    await page.getByLabel("What is wrong with the answer").selectOption({ label: how.wrong });
  }
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Go on to the service" }).click();
}

async function isIn(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1, name: "My courses" })).toBeVisible();
}

async function isOut(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1, name: "Sign in through your organisation" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText("You are not signed in");
}

test("an owner connects a SAML provider, tests it and switches it on", async ({ page }) => {
  await signIn(page, OWNER);
  const metadata = await (await page.request.get("/sandbox/saml/metadata")).text();
  const address = metadata.match(/entityID="([^"]+)"/)?.[1] ?? "";
  await page.goto(SIGN_ON);
  await page.getByRole("link", { name: "Any SAML 2.0 provider" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Add any SAML 2.0 provider" })).toBeVisible();
  await isSound(page);
  await page.getByLabel("Name", { exact: true }).fill("Staff accounts by SAML");
  await page.getByLabel("The provider’s metadata").fill("<not metadata>");
  await page.getByLabel("Role", { exact: true }).selectOption({ label: "Learner" });
  await page.getByRole("button", { name: "Add the connection" }).click();
  await expect(page.getByRole("alert")).toContainText("This is not metadata in XML");
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("Staff accounts by SAML");
  await page.getByLabel("The provider’s metadata").fill(address);
  await page.getByRole("button", { name: "Add the connection" }).click();
  await expect(page.getByText("The connection is saved")).toBeVisible();
  await expect(page.getByText("RSA, 2048 bits")).toBeVisible();
  await page.getByRole("button", { name: "Test the connection" }).click();
  await expect(page.getByText("It would let people sign in")).toBeVisible();
  await isSound(page);
  await page.getByLabel("People can sign in through it").check();
  await page.getByRole("button", { name: "Save how it is used" }).click();
  await expect(page.getByText("How the connection is used is saved.")).toBeVisible();
  start = new URL((await page.getByText(/\/sso\/[0-9a-f-]+\/start$/).textContent()) ?? "").pathname;
  connection = new URL(page.url()).pathname;
  const ours = await page.request.get(start.replace("/start", "/metadata"));
  expect(ours.headers()["content-type"]).toContain("samlmetadata+xml");
  expect(await ours.text()).toContain("AssertionConsumerService");
});

test("somebody links their account, and comes in without a password afterwards", async ({ browser, baseURL }) => {
  const page = await freshPage(browser, baseURL);
  await signUp(page, ada);
  await page.goto(start);
  await beThere(page, ada);
  await expect(page.getByRole("heading", { level: 1, name: "Link your account" })).toBeVisible();
  await page.getByRole("link", { name: "Sign in to my account" }).click();
  await signIn(page, ada);
  await page.getByRole("button", { name: "Link my account" }).click();
  await isIn(page);
  for (const how of [{}, { encrypts: true }, { signs: "The response" }, { signs: "Both", encrypts: true }]) {
    await page.context().clearCookies();
    await page.goto(start);
    await beThere(page, ada, how);
    await isIn(page);
  }
  await page.context().close();
});

test("forged answers sign nobody in, and the owner sees why", async ({ browser, baseURL, page: owner }) => {
  const page = await freshPage(browser, baseURL);
  const forgeries = ["Wrapped: 1", "Wrapped: 3", "Wrapped: 8", "A comment in its name", "Entities that grow", "It is not signed"];
  for (const wrong of [...forgeries, "Its algorithm: SHA-1", "The request that it answers", "Nobody asked for it", "Its audience"]) {
    await page.goto(start);
    await beThere(page, ada, { wrong });
    await isOut(page);
  }
  await page.context().close();
  await signIn(owner, OWNER);
  await owner.goto(connection);
  await expect(owner.getByText("the assertion is meant for another audience")).toBeVisible();
});

test("the provider may begin once the owner says so", async ({ browser, baseURL, page: owner }) => {
  await signIn(owner, OWNER);
  await owner.goto(connection);
  const service = new URL(start.replace("/start", "/metadata"), (await owner.getByText(/\/sso\/[0-9a-f-]+\/start$/).textContent()) ?? "");
  const begin = `/sandbox/saml/begin?relay_state=/learn&service=${encodeURIComponent(service.href)}`;
  const page = await freshPage(browser, baseURL);
  await page.goto(begin);
  await beThere(page, ada);
  await isOut(page);
  await owner.getByLabel("At the provider too, like at a page of tiles").check();
  await owner.getByRole("button", { name: "Save the connection" }).click();
  await expect(owner.getByText("The connection is saved")).toBeVisible();
  await page.goto(begin);
  await beThere(page, ada);
  await isIn(page);
  await page.context().close();
  // For the tests that come after.
  await owner.getByRole("button", { name: "Remove the connection" }).click();
  await expect(owner.getByText("The connection is removed")).toBeVisible();
});
