// Second factors: an authenticator app with its recovery codes, with JavaScript and without; passkeys by Chromium's virtual
// authenticator; the slow way past a lost factor.

import { createHmac } from "node:crypto";
import type { Page } from "@playwright/test";
import { type Person, expect, link, mail, signIn, signUp, somebody, test } from "./support.ts";

/** The code of RFC 6238 for a secret in base 32, so many half minutes from now. */
function totp(secret: string, ahead = 0): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replace(/\s/g, "")].map((c) => alphabet.indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Uint8Array.from(bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []);
  const step = Buffer.alloc(8);
  step.writeBigInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const digest = createHmac("sha1", key).update(Uint8Array.from(step)).digest();
  const number = digest.readUInt32BE((digest.at(-1) as number) & 0xf) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, "0");
}

const main = (page: Page) => page.getByRole("main");

async function join(page: Page, given: string): Promise<Person> {
  const person = somebody(given);
  await signUp(page, person);
  await signIn(page, person);
  return person;
}

async function signOut(page: Page): Promise<void> {
  await page.goto("/sign-out");
  await main(page).getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/$/);
}

/** Email address and password, after which the second step is asked for. */
async function firstStep(page: Page, person: Person): Promise<void> {
  await page.goto("/sign-in?next=/account");
  await main(page).getByLabel("Email address").fill(person.email);
  await main(page).getByLabel("Password", { exact: true }).fill(person.password);
  await main(page).getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(/\/sign-in\/code/);
  await expect(page.getByRole("heading", { level: 1, name: "Confirm that it is you" })).toBeVisible();
}

async function enter(page: Page, code: string): Promise<void> {
  await main(page).getByLabel("Code", { exact: true }).fill(code);
  await main(page).getByRole("button", { name: "Go on" }).click();
}

/** Sets an app up; its secret and the recovery codes. */
async function setUpApp(page: Page, person: Person): Promise<{ secret: string; codes: string[] }> {
  await page.goto("/account");
  await main(page).getByRole("link", { name: "Sign-in and security" }).click();
  await main(page).getByRole("link", { name: "Set up an authenticator app" }).click();
  await main(page).getByLabel("Your password", { exact: true }).fill(person.password);
  await main(page).getByRole("button", { name: "Go on" }).click();
  await expect(page.getByRole("img", { name: /QR code/ })).toBeVisible();
  const secret = await page.locator("[data-secret]").innerText();
  await main(page).getByLabel("Code", { exact: true }).fill("12345");
  await main(page).getByRole("button", { name: "Switch it on" }).click();
  await expect(page.getByRole("alert").first()).toContainText("Enter the 6 digits");
  await main(page).getByLabel("Code", { exact: true }).fill(totp(secret));
  await main(page).getByRole("button", { name: "Switch it on" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Keep your recovery codes" })).toBeVisible();
  const codes = await page.getByRole("list", { name: "Recovery codes" }).getByRole("listitem").allInnerTexts();
  expect(codes).toHaveLength(10);
  await main(page).getByRole("button", { name: "I have kept my codes" }).click();
  await expect(main(page)).toContainText("10 of 10 left");
  return { secret, codes };
}

for (const [name, js] of [
  ["with JavaScript", true],
  ["without JavaScript", false],
] as const) {
  test.describe(name, () => {
    test.use({ javaScriptEnabled: js });

    test("an authenticator app and recovery codes", async ({ page }) => {
      test.setTimeout(120_000);
      const person = await join(page, js ? "Tess" : "Nils");
      const { secret, codes } = await setUpApp(page, person);
      await mail(page.request, person.email, "A way to sign in was added");
      await signOut(page);

      await firstStep(page, person);
      await page.goto("/account");
      await expect(page, "the first step alone opens nothing").toHaveURL(/\/sign-in\?/);
      await page.goto("/sign-in/code?next=/account");
      await enter(page, "000000");
      await expect(page.getByRole("alert").first()).toContainText("This code is not right");
      // The code that switched it on is used up; the next one is good already.
      await enter(page, totp(secret, 1));
      await expect(page).toHaveURL(/\/account$/);
      await signOut(page);

      await firstStep(page, person);
      await enter(page, codes[0] as string);
      await expect(page).toHaveURL(/\/account$/);
      await mail(page.request, person.email, "A recovery code was used");
      await page.goto("/account/security/recovery-codes");
      await expect(main(page)).toContainText("9 of 10 codes are left");
      await signOut(page);
      await firstStep(page, person);
      await enter(page, codes[0] as string);
      await expect(page.getByRole("alert").first()).toContainText("This code is not right");
    });
  });
}

test("a lost factor is removed after a wait that its person can stop", async ({ page }) => {
  const person = await join(page, "Lena");
  await setUpApp(page, person);
  await signOut(page);
  await firstStep(page, person);
  await main(page).getByRole("link", { name: /I have lost my authenticator app/ }).click();
  await main(page).getByRole("button", { name: "Send me a code" }).click();
  await expect(main(page)).toContainText("We have sent you a code");
  const code = (await mail(page.request, person.email, "Your code")).text.match(/^\d{8}$/m)?.[0] ?? "";
  await main(page).getByLabel("Code from the email").fill(code);
  await main(page).getByRole("button", { name: "Ask for the removal" }).click();
  await expect(main(page)).toContainText("We will remove your second factor");
  await firstStep(page, person);
  await expect(main(page)).toContainText("Your second factor will be removed");
  const told = await mail(page.request, person.email, "Your second factor will be removed");
  await page.goto(link(told, "/sign-in/keep-second-factor"));
  await main(page).getByRole("button", { name: "Keep my second factor" }).click();
  await expect(main(page)).toContainText("Nothing is removed");
  await firstStep(page, person);
  await expect(main(page)).not.toContainText("Your second factor will be removed");
});

test("a passkey, alone and after a password", async ({ page, context }) => {
  test.setTimeout(120_000);
  const devtools = await context.newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  const person = await join(page, "Pia");
  await page.goto("/account/security");
  await main(page).getByLabel("Name", { exact: true }).fill("Test laptop");
  await main(page).getByLabel("Your password", { exact: true }).fill(person.password);
  await main(page).getByRole("button", { name: "Add a passkey" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Keep your recovery codes" })).toBeVisible();
  await main(page).getByRole("button", { name: "I have kept my codes" }).click();
  await expect(main(page)).toContainText("Test laptop");
  await signOut(page);

  await page.goto("/sign-in?next=/account");
  await main(page).getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(page).toHaveURL(/\/account$/);
  await signOut(page);

  await firstStep(page, person);
  await main(page).getByRole("button", { name: "Use a passkey" }).click();
  await expect(page).toHaveURL(/\/account$/);

  await page.goto("/account/security");
  await main(page).getByText("Rename or remove Test laptop").click();
  const form = page.locator("form").filter({ has: page.getByRole("button", { name: "Remove this passkey" }) });
  await form.getByLabel("Your password", { exact: true }).fill(person.password);
  await form.getByRole("button", { name: "Remove this passkey" }).click();
  await expect(main(page)).toContainText("The passkey is removed");
  await mail(page.request, person.email, "A way to sign in was removed");
  await signOut(page);
  await signIn(page, person);
});
