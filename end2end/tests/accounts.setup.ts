// Signed-in browsers for the tests that need one: a learner who is new, and the demo's people. And what they need to have.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { prepare } from "./places.ts";
import { ADMIN, DEMO, DEMO_PASSWORD, LEARNER, OWNER, expect, from, signIn, signInAsDemo, signUp, somebody, test } from "./support.ts";

test("a new learner signs up", async ({ page, context }) => {
  const person = somebody("Lena");
  await signUp(page, person);
  await signIn(page, person);
  await expect(page.getByRole("heading", { level: 1, name: "My courses" })).toBeVisible();
  mkdirSync(dirname(LEARNER), { recursive: true });
  writeFileSync(`${LEARNER}.person`, JSON.stringify(person));
  await context.storageState({ path: LEARNER });
});

test("the demo's learner signs in", async ({ page, context }) => {
  await signInAsDemo(page);
  await expect(page.getByRole("heading", { level: 1, name: "My courses" })).toBeVisible();
  await context.storageState({ path: DEMO });
});

for (const [who, email, state] of [
  ["owner of an enterprise", "enterprise@demo.guildhall.test", OWNER],
  ["administrator", "admin@demo.guildhall.test", ADMIN],
] as const) {
  test(`the demo's ${who} signs in`, async ({ page, context }) => {
    await signIn(page, { email, password: DEMO_PASSWORD });
    mkdirSync(dirname(state), { recursive: true });
    await context.storageState({ path: state });
  });
}

test("a course half taken, and an order not yet paid", async ({ playwright, baseURL }) => {
  const learner = await playwright.request.newContext({ baseURL, storageState: LEARNER, extraHTTPHeaders: from() });
  const demo = await playwright.request.newContext({ baseURL, storageState: DEMO, extraHTTPHeaders: from() });
  await prepare(learner, demo);
  await Promise.all([learner.dispose(), demo.dispose()]);
});
