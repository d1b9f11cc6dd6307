// Second factors: an authenticator app with its recovery codes, with JavaScript and without; passkeys by Chromium's virtual
// authenticator; the slow way past a lost factor.

import type { Page } from "@playwright/test";
import { addPasskey, enter, firstStep, main, removePasskey, setUpApp, signOut, totp, withAuthenticator } from "./factors.ts";
import { type Person, expect, link, mail, signIn, signUp, somebody, test } from "./support.ts";

async function join(page: Page, given: string): Promise<Person> {
  const person = somebody(given);
  await signUp(page, person);
  await signIn(page, person);
  return person;
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
      await expect(page).toHaveURL(/^[^?]*\/account$/);
      await signOut(page);

      await firstStep(page, person);
      await enter(page, codes[0] as string);
      await expect(page).toHaveURL(/^[^?]*\/account$/);
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

test("a passkey, alone and after a password", async ({ page }) => {
  test.setTimeout(120_000);
  await withAuthenticator(page);
  const person = await join(page, "Pia");
  await addPasskey(page, person, "Test laptop");
  await signOut(page);

  await page.goto("/sign-in?next=/account");
  await main(page).getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(page).toHaveURL(/^[^?]*\/account$/);
  await signOut(page);

  await firstStep(page, person);
  await main(page).getByRole("button", { name: "Use a passkey" }).click();
  await expect(page).toHaveURL(/^[^?]*\/account$/);

  await removePasskey(page, person, "Test laptop");
  await mail(page.request, person.email, "A way to sign in was removed");
  await signOut(page);
  await signIn(page, person);
});
