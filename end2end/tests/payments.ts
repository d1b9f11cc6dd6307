// Paying on the sandbox's page, and making the sandbox misbehave.

import { type APIRequestContext, type Page, expect } from "@playwright/test";
import { SANDBOX, mails } from "./support.ts";

export const CARD = {
  good: "4242 4242 4242 4242",
  declined: "4000 0000 0000 0002",
  authenticate: "4000 0025 0000 3155",
};

const WELL = {
  webhook_delay_ms: 0,
  webhook_duplicate: false,
  webhook_shuffle: false,
  webhook_drop: false,
  api_down: false,
  api_fail_after_effect: 0,
  api_delay_ms: 0,
};

/** Makes the payment service misbehave; without anything, behave again. */
export async function misbehave(request: APIRequestContext, faults: Partial<typeof WELL> = {}): Promise<void> {
  const answer = await request.post(`${SANDBOX}/sandbox/control`, { data: { ...WELL, ...faults } });
  expect(answer.status(), "the sandbox's control").toBe(200);
}

/** The button that buys, with the price on it. */
export function payButton(page: Page) {
  return page.getByRole("main").getByRole("button", { name: /^Pay £/ });
}

/** Goes to a course's checkout and on to the payment page; answers the course's title. */
export async function toPayment(page: Page, slug: string): Promise<string> {
  await page.goto(`/checkout/${slug}`);
  await expect(page.getByRole("heading", { level: 1, name: "Check your order" })).toBeVisible();
  const title = await titleOf(page, slug);
  await payButton(page).click();
  await onPaymentPage(page);
  return title;
}

/** What a course is called. */
export async function titleOf(page: Page, slug: string): Promise<string> {
  const answer = await page.request.get(`/api/v1/courses/${slug}`);
  expect(answer.status(), slug).toBe(200);
  return ((await answer.json()) as { title: string }).title;
}

export async function onPaymentPage(page: Page): Promise<void> {
  await expect(page).toHaveURL(/\/c\/pay\/cs_/, { timeout: 30_000 });
  await expect(page.getByRole("heading", { level: 1, name: /^Pay £/ })).toBeVisible();
}

/** Types a card. */
export async function enterCard(page: Page, number: string): Promise<void> {
  await page.getByLabel("Card number").fill(number);
  await page.getByLabel("Expiry date").fill("12 / 34");
  await page.getByLabel("Security code").fill("123");
  await page.getByLabel("Name on card").fill("L Tester");
}

/** Types a card and pays. */
export async function pay(page: Page, number: string = CARD.good): Promise<void> {
  await enterCard(page, number);
  await payButton(page).click();
}

/** Waits for the order's page to say that it is paid; answers the order's id. */
export async function enrolled(page: Page): Promise<string> {
  await expect(page.getByRole("heading", { level: 1, name: "You are enrolled" })).toBeVisible({ timeout: 40_000 });
  return orderId(page);
}

export function orderId(page: Page): string {
  const id = new URL(page.url()).pathname.match(/^\/orders\/([0-9a-f-]{36})$/)?.[1];
  expect(id, `the order in ${page.url()}`).toBeTruthy();
  return id as string;
}

/** Buys a course as one should; answers its title and the order. */
export async function buy(page: Page, slug: string): Promise<{ title: string; order: string }> {
  const title = await toPayment(page, slug);
  await pay(page);
  return { title, order: await enrolled(page) };
}

interface SandboxEvent {
  id: string;
  type: string;
  delivery: string;
  attempts: { status: number | null }[];
  event: { data: { object: { client_reference_id?: string } } };
}

/** The payments that the payment service has taken for an order. */
export async function payments(request: APIRequestContext, order: string): Promise<SandboxEvent[]> {
  const answer = await request.get(`${SANDBOX}/sandbox/events.json`);
  const events = (await answer.json()) as SandboxEvent[];
  return events.filter(
    (event) =>
      event.type === "checkout.session.completed" && event.event.data.object.client_reference_id === order,
  );
}

/** Whatever happened on the way: charged once, one paid order, one course on the shelf, one receipt. */
export async function boughtOnce(page: Page, bought: { title: string; order: string }, buyer: string): Promise<void> {
  expect(await payments(page.request, bought.order), "payments taken").toHaveLength(1);
  await page.goto("/account/orders");
  const rows = page.getByRole("row").filter({ has: page.getByRole("link", { name: bought.title, exact: true }) });
  await expect(rows.filter({ has: page.getByRole("cell", { name: "Paid", exact: true }) })).toHaveCount(1);
  await expect(rows.filter({ hasText: "Not paid yet" })).toHaveCount(0);
  await page.goto("/learn");
  await expect(page.getByRole("heading", { level: 3, name: bought.title, exact: true })).toHaveCount(1);
  await expect
    .poll(async () => (await receipts(page.request, buyer, bought.title)).length, { timeout: 30_000 })
    .toBe(1);
}

/** The receipts for a course in somebody's mail. */
export async function receipts(request: APIRequestContext, buyer: string, title: string) {
  const all = await mails(request, buyer);
  return all.filter((message) => message.subject === "Your Guildhall receipt" && message.text.includes(title));
}
