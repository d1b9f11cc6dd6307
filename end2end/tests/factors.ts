// Second factors as their people use them: the code of an authenticator app, and Chromium's virtual authenticator.

import { createHmac } from "node:crypto";
import type { Page } from "@playwright/test";
import { expect } from "./support.ts";

/** The code of RFC 6238 for a secret in base 32, so many half minutes from now. */
export function totp(secret: string, ahead = 0): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replace(/\s/g, "")].map((c) => alphabet.indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Uint8Array.from(bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []);
  const step = Buffer.alloc(8);
  step.writeBigInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const digest = createHmac("sha1", key).update(Uint8Array.from(step)).digest();
  const number = digest.readUInt32BE((digest.at(-1) as number) & 0xf) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, "0");
}

export const main = (page: Page) => page.getByRole("main");

export async function signOut(page: Page): Promise<void> {
  await page.goto("/sign-out");
  await main(page).getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/$/);
}

/** Email address and password, after which the second step is asked for. */
export async function firstStep(page: Page, person: { email: string; password: string }): Promise<void> {
  await page.goto("/sign-in?next=/account");
  await main(page).getByLabel("Email address").fill(person.email);
  await main(page).getByLabel("Password", { exact: true }).fill(person.password);
  await main(page).getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(/\/sign-in\/code/);
  await expect(page.getByRole("heading", { level: 1, name: "Confirm that it is you" })).toBeVisible();
}

export async function enter(page: Page, code: string): Promise<void> {
  await main(page).getByLabel("Code", { exact: true }).fill(code);
  await main(page).getByRole("button", { name: "Go on" }).click();
}

/** Sets an app up; its secret and the recovery codes. */
export async function setUpApp(page: Page, person: { password: string }): Promise<{ secret: string; codes: string[] }> {
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

/** From now on the browser has an authenticator that checks its person by itself. */
export async function withAuthenticator(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
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
}

/** Registers a passkey; with the first second factor come recovery codes. */
export async function addPasskey(page: Page, person: { password: string }, name: string): Promise<void> {
  await page.goto("/account/security");
  await main(page).getByLabel("Name", { exact: true }).fill(name);
  await main(page).getByLabel("Your password", { exact: true }).fill(person.password);
  await main(page).getByRole("button", { name: "Add a passkey" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Keep your recovery codes" })).toBeVisible();
  await main(page).getByRole("button", { name: "I have kept my codes" }).click();
  await expect(main(page)).toContainText(name);
}

/** Removes it again. */
export async function removePasskey(page: Page, person: { password: string }, name: string): Promise<void> {
  await page.goto("/account/security");
  await main(page).getByText(`Rename or remove ${name}`).click();
  const form = page.locator("form").filter({ has: page.getByRole("button", { name: "Remove this passkey" }) });
  await form.getByLabel("Your password", { exact: true }).fill(person.password);
  await form.getByRole("button", { name: "Remove this passkey" }).click();
  await expect(main(page)).toContainText("The passkey is removed");
}
