// What can go wrong between "Pay" and "You are enrolled". Nothing of it may lose money or double anything.

import type { APIRequestContext, Page } from "@playwright/test";
import {
  CARD,
  boughtOnce,
  buy,
  enrolled,
  enterCard,
  misbehave,
  onPaymentPage,
  orderId,
  pay,
  payButton,
  payments,
  titleOf,
  toPayment,
} from "./payments.ts";
import { LEARNER, SANDBOX, awake, expect, learner, test } from "./support.ts";

test.use({ storageState: LEARNER });
test.afterEach(async ({ request }) => misbehave(request));

// Each test has a course of its own, so that none depends on another.
const COURSE = {
  declined: "prompting-for-everyday-office-work",
  abandoned: "plain-english-with-a-language-model",
  doubleClick: "keeping-patient-information-safe-with-ai",
  twoTabs: "algorithmic-transparency-records-in-practice",
  back: "spreadsheets-and-ai-for-small-business",
  owned: "ai-at-the-bedside",
  price: "labelling-data-well",
  bank: "human-oversight-that-works",
  down: "briefings-and-submissions-with-an-ai-assistant",
  broken: "explaining-models-to-the-public",
  twice: "python-for-machine-learning",
  late: "ai-in-the-classroom-for-teaching-staff",
  lost: "copyright-and-generative-ai",
  neverBack: "statistics-for-people-who-review-ai",
};

test.describe("the person", () => {
  test("a declined card, then a good one", async ({ page }) => {
    const title = await toPayment(page, COURSE.declined);
    await pay(page, CARD.declined);
    await expect(page.getByRole("alert")).toContainText("Your card was declined. You have not been charged.");
    await pay(page);
    await boughtOnce(page, { title, order: await enrolled(page) }, learner().email);
  });

  test("an abandoned checkout, taken up again", async ({ page }) => {
    const title = await toPayment(page, COURSE.abandoned);
    const paymentPage = page.url();
    await page.getByRole("link", { name: "Back" }).click();
    await expect(page).toHaveURL(new RegExp(`/checkout/${COURSE.abandoned}\\?cancelled=1`));
    await expect(page.getByText("You have not been charged")).toBeVisible();
    await payButton(page).click();
    await onPaymentPage(page);
    expect(page.url(), "the same payment page").toBe(paymentPage);
    await pay(page);
    await boughtOnce(page, { title, order: await enrolled(page) }, learner().email);
  });

  test("double clicks on both pay buttons", async ({ page }) => {
    await page.goto(`/checkout/${COURSE.doubleClick}`);
    await awake(page);
    const title = await titleOf(page, COURSE.doubleClick);
    await payButton(page).dblclick({ noWaitAfter: true });
    await onPaymentPage(page);
    await enterCard(page, CARD.good);
    await payButton(page).dblclick({ noWaitAfter: true });
    await boughtOnce(page, { title, order: await enrolled(page) }, learner().email);
  });

  test("two tabs", async ({ page, context }) => {
    const other = await context.newPage();
    await Promise.all([page, other].map((tab) => tab.goto(`/checkout/${COURSE.twoTabs}`)));
    const title = await titleOf(page, COURSE.twoTabs);
    // At the same time, and the server has to cope.
    await Promise.all([page, other].map((tab) => payButton(tab).click()));
    await Promise.all([page, other].map((tab) => onPaymentPage(tab)));
    expect(other.url(), "one payment page for both").toBe(page.url());
    await enterCard(other, CARD.good);
    await pay(page);
    const order = await enrolled(page);
    await payButton(other).click();
    expect(await enrolled(other), "the second tab sees the same order").toBe(order);
    await boughtOnce(page, { title, order }, learner().email);
  });

  test("the back button after paying", async ({ page }) => {
    const bought = await buy(page, COURSE.back);
    await page.goBack();
    await expect(page.getByRole("heading", { level: 1, name: "You have already paid" })).toBeVisible();
    await page.getByRole("link", { name: "Continue" }).click();
    expect(await enrolled(page)).toBe(bought.order);
    await page.goBack();
    await page.goBack();
    await expect(page.getByRole("heading", { level: 1, name: "You have this course" })).toBeVisible();
    await boughtOnce(page, bought, learner().email);
  });

  test("a course that one has already", async ({ page }) => {
    // The form is kept from before, as in a tab that was left open.
    await page.goto(`/checkout/${COURSE.owned}`);
    const form = page.getByRole("main").locator("form");
    const action = (await form.getAttribute("action")) ?? "";
    const price = await form.locator("[name=price]").inputValue();
    const bought = await buy(page, COURSE.owned);
    await page.goto(`/courses/${COURSE.owned}`);
    await page.getByRole("link", { name: "Buy this course" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "You have this course" })).toBeVisible();
    await expect(payButton(page)).toHaveCount(0);
    await page.getByRole("link", { name: "Go to the course" }).click();
    await expect(page).toHaveURL(/\/learn\/[0-9a-f-]{36}\/lessons\//);
    const again = await page.request.post(action, {
      form: { slug: COURSE.owned, price },
      headers: { accept: "text/html", "sec-fetch-site": "same-origin" },
      maxRedirects: 0,
    });
    expect(again.status()).toBe(303);
    expect(again.headers().location).toMatch(/^\/learn\//);
    await boughtOnce(page, bought, learner().email);
  });

  test("a price that has changed meanwhile", async ({ page }) => {
    await page.goto(`/checkout/${COURSE.price}`);
    // As if the page had been open since before the price went up.
    await page.locator("main form [name=price]").evaluate((input: HTMLInputElement) => {
      input.value = "100";
    });
    await payButton(page).click();
    await expect(page.getByText("The price of this course has changed")).toBeVisible();
    await expect(page.getByRole("heading", { level: 1, name: "Check your order" })).toBeVisible();
    await page.goto("/account/orders");
    await expect(page.getByRole("link", { name: "Labelling data well" })).toHaveCount(0);
  });

  test("a bank that asks back", async ({ page }) => {
    const title = await toPayment(page, COURSE.bank);
    await pay(page, CARD.authenticate);
    await page.getByRole("button", { name: "Fail authentication" }).click();
    await expect(page.getByRole("alert")).toContainText("You have not been charged");
    await pay(page, CARD.authenticate);
    await page.getByRole("button", { name: "Complete authentication" }).click();
    await boughtOnce(page, { title, order: await enrolled(page) }, learner().email);
  });
});

test.describe("the payment service", () => {
  test("it is down: said honestly, and taken up again", async ({ page }) => {
    await misbehave(page.request, { api_down: true });
    await page.goto(`/checkout/${COURSE.down}`);
    await payButton(page).click();
    const alert = page.getByRole("alert");
    await expect(alert).toContainText("We could not open the payment page", { timeout: 40_000 });
    await expect(alert).toContainText("not been charged");
    await expect(page).toHaveTitle(/^Error: /);
    await misbehave(page.request);
    const bought = await buy(page, COURSE.down);
    await boughtOnce(page, bought, learner().email);
  });

  test("it does what it was asked and says that it failed", async ({ page }) => {
    await misbehave(page.request, { api_fail_after_effect: 1 });
    const bought = await buy(page, COURSE.broken);
    await boughtOnce(page, bought, learner().email);
  });

  test("its messages come twice and out of order", async ({ page }) => {
    await misbehave(page.request, { webhook_duplicate: true, webhook_shuffle: true });
    const bought = await buy(page, COURSE.twice);
    await delivered(page.request, bought.order, 2);
    await boughtOnce(page, bought, learner().email);
  });

  test("its messages come late, and again by hand", async ({ page }) => {
    await misbehave(page.request, { webhook_delay_ms: 3_000 });
    const bought = await buy(page, COURSE.late);
    const [event] = await delivered(page.request, bought.order, 1);
    const again = await page.request.post(`${SANDBOX}/sandbox/deliver/${event?.id}`);
    expect(await again.json()).toMatchObject({ delivered: true });
    await boughtOnce(page, bought, learner().email);
  });

  test("its messages are lost", async ({ page }) => {
    await misbehave(page.request, { webhook_drop: true });
    const bought = await buy(page, COURSE.lost);
    await boughtOnce(page, bought, learner().email);
  });

  test("its messages are lost, and the person did not come back either", async ({ page }) => {
    await misbehave(page.request, { webhook_drop: true });
    const title = await toPayment(page, COURSE.neverBack);
    const session = page.url();
    await page.context().route("**/orders/*", (route) => route.abort());
    await enterCard(page, CARD.good);
    await payButton(page).click({ noWaitAfter: true });
    await expect
      .poll(async () => (await page.request.get(session)).text(), { message: "the payment is made" })
      .toContain("You have already paid");
    await page.context().unroute("**/orders/*");
    await page.goto("/account/orders");
    await page.getByRole("link", { name: title, exact: true }).click();
    await boughtOnce(page, { title, order: await enrolledWithin(page) }, learner().email);
  });
});

/** Without being back from the payment page nobody waits there; the page is loaded again until it knows. */
async function enrolledWithin(page: Page): Promise<string> {
  await expect(async () => {
    await page.reload();
    await expect(page.getByRole("heading", { level: 1, name: "You are enrolled" })).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 30_000 });
  return orderId(page);
}

/** Waits until the order's event has arrived so many times. */
async function delivered(request: APIRequestContext, order: string, times: number) {
  await expect
    .poll(
      async () =>
        (await payments(request, order)).flatMap((event) => event.attempts.filter((attempt) => attempt.status === 200))
          .length,
      { timeout: 30_000 },
    )
    .toBeGreaterThanOrEqual(times);
  return payments(request, order);
}
