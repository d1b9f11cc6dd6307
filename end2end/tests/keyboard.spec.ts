// The site without a mouse.

import type { Locator, Page } from "@playwright/test";
import { CARD, enrolled, misbehave, onPaymentPage, payButton } from "./payments.ts";
import { LEARNER, awake, expect, test } from "./support.ts";

/** Presses Tab until this is reached, and checks that one can see where one is. */
async function tabTo(page: Page, target: Locator, most = 150): Promise<void> {
  await expect(target).toBeVisible();
  const reached = () => target.evaluate((element) => element === document.activeElement);
  for (let presses = 0; presses < most; presses += 1) {
    await page.keyboard.press("Tab");
    if (await reached()) {
      await seesFocus(page);
      return;
    }
  }
  throw new Error(`Tab did not reach ${target} within ${most} presses`);
}

/** What has the focus shows it, itself or by what is around it. */
async function seesFocus(page: Page): Promise<void> {
  const ring = await page.evaluate(() => {
    const widths: number[] = [];
    for (let element = document.activeElement; element && widths.length < 5; element = element.parentElement) {
      const style = getComputedStyle(element);
      widths.push(style.outlineStyle === "none" ? 0 : Number.parseFloat(style.outlineWidth));
    }
    return Math.max(...widths);
  });
  expect(ring, "the width of the focus ring").toBeGreaterThanOrEqual(2);
}

/** The element that has the focus is on the screen. */
async function focusIsOnScreen(page: Page): Promise<void> {
  const seen = await page.evaluate(() => {
    const box = document.activeElement?.getBoundingClientRect();
    return box !== undefined && box.top >= 0 && box.top < innerHeight;
  });
  expect(seen, "the focus is on the screen").toBe(true);
}

test.describe("nobody in particular", () => {
  test("the skip link is first, can be seen and leads to the content", async ({ page }) => {
    await page.goto("/courses");
    await page.keyboard.press("Tab");
    const skip = page.getByRole("link", { name: "Skip to main content" });
    await expect(skip).toBeFocused();
    await expect(skip).toBeInViewport();
    await page.keyboard.press("Enter");
    await expect(page.locator("#main")).toBeFocused();
  });

  test("suggestions by arrows, Escape and Enter", async ({ page }) => {
    await page.goto("/");
    await awake(page);
    const field = page.getByRole("combobox", { name: "Search courses" });
    await tabTo(page, field);
    await page.keyboard.type("eval");
    const list = page.getByRole("listbox", { name: "Suggestions" });
    await expect(list).toBeVisible();
    await expect(field).toHaveAttribute("aria-expanded", "true");
    const options = list.getByRole("option");
    const chosen = list.locator("[role=option][aria-selected=true]");
    await expect(chosen).toHaveCount(0);
    await page.keyboard.press("ArrowDown");
    await expect(options.first()).toHaveAttribute("aria-selected", "true");
    await expect(field).toHaveAttribute("aria-activedescendant", (await options.first().getAttribute("id")) ?? "");
    await page.keyboard.press("ArrowUp");
    await expect(options.last()).toHaveAttribute("aria-selected", "true");
    await expect(chosen).toHaveCount(1);
    await page.keyboard.press("Escape");
    await expect(list).toBeHidden();
    await expect(field).toHaveAttribute("aria-expanded", "false");
    await expect(field, "Escape closes the list and keeps the words").toHaveValue("eval");
    await page.keyboard.type("u");
    await expect(list).toBeVisible();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/(courses|providers)[/?]/);
  });

  test("filters by the space bar, without losing one's place", async ({ page }) => {
    await page.goto("/courses");
    await awake(page);
    const beginner = page.getByRole("group", { name: "Level" }).getByLabel("Beginner");
    await tabTo(page, beginner);
    await page.keyboard.press("Space");
    await expect(page).toHaveURL(/\/courses\?(.*&)?level=beginner/);
    await expect(beginner).toBeChecked();
    await expect(beginner).toBeFocused();
    const title = await page.getByRole("heading", { level: 1 }).innerText();
    await expect(page.getByRole("status").filter({ hasText: title })).toHaveCount(1);
    await page.goBack();
    await expect(page).toHaveURL(/\/courses$/);
    await expect(beginner).not.toBeChecked();
  });
});

test.describe("a learner", () => {
  test.use({ storageState: LEARNER });
  test.afterEach(async ({ request }) => misbehave(request));

  test("the menu opens, closes by Escape and gives the focus back", async ({ page }) => {
    await page.goto("/");
    await awake(page);
    const menu = page.getByRole("banner").locator("summary").first();
    await tabTo(page, menu);
    await page.keyboard.press("Enter");
    const orders = page.getByRole("banner").getByRole("link", { name: "Orders" });
    await expect(orders).toBeVisible();
    await tabTo(page, orders, 5);
    await page.keyboard.press("Escape");
    await expect(orders).toBeHidden();
    await expect(menu).toBeFocused();
  });

  test("from the search to the first lesson", async ({ page }) => {
    await page.goto("/");
    await tabTo(page, page.getByRole("combobox", { name: "Search courses" }));
    await page.keyboard.type("ambient scribes");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/courses\?q=ambient/);
    const title = "Ambient scribes and clinical notes";
    await tabTo(page, page.getByRole("link", { name: title }));
    await focusIsOnScreen(page);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
    await tabTo(page, page.getByRole("link", { name: "Buy this course" }));
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { level: 1, name: "Check your order" })).toBeVisible();
    await tabTo(page, payButton(page));
    await focusIsOnScreen(page);
    await page.keyboard.press("Enter");
    await onPaymentPage(page);
    await tabTo(page, page.getByLabel("Card number"));
    for (const typed of [CARD.good, "1234", "123", "L Tester"]) {
      await page.keyboard.type(typed);
      await page.keyboard.press("Tab");
    }
    await expect(payButton(page)).toBeFocused();
    await seesFocus(page);
    await page.keyboard.press("Enter");
    await enrolled(page);
    await tabTo(page, page.getByRole("link", { name: /^Start learning/ }));
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/learn\/[0-9a-f-]{36}\/lessons\//);
    await tabTo(page, page.getByRole("button", { name: "Mark as done and continue" }));
    await page.keyboard.press("Enter");
    await expect(page.getByRole("navigation", { name: "Lessons" }).getByText("(done)")).toHaveCount(1);
  });
});
