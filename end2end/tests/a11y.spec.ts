// Every page, as everybody meets it: no violation of axe's rules in both themes, on a wide screen and at 320 pixels; no
// sideways scrolling; no complaint of the browser. And a picture of each, for people to look at.

import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { ADMINISTERED, OWNED, PUBLIC, type Place, SIGNED_IN, WITH_HISTORY, found } from "./places.ts";
import { ADMIN, DEMO, LEARNER, OWNER, awake, expect, test } from "./support.ts";

// Whichever browser is free looks at the next page.
test.describe.configure({ mode: "parallel" });

// The places of a theme are painted at once: no colour half way between two.
test.use({ contextOptions: { reducedMotion: "reduce" } });

for (const [who, storageState, places] of [
  ["anybody", undefined, PUBLIC],
  ["a learner", LEARNER, SIGNED_IN],
  ["a learner with a history", DEMO, WITH_HISTORY],
  ["an organisation's owner", OWNER, OWNED],
  ["an administrator", ADMIN, ADMINISTERED],
] as const) {
  test.describe(who, () => {
    test.use({ storageState });
    for (const place of places) {
      test(place.name, async ({ page, complaints }) => {
        if (place.status !== undefined) {
          complaints.expect(new RegExp(`status of ${place.status}`));
        }
        await open(page, place);
        await look(page, place);
      });
    }
  });
}

async function open(page: Page, place: Place): Promise<void> {
  await page.emulateMedia({ colorScheme: "light" });
  const answer = await page.goto(typeof place.path === "string" ? place.path : place.path(found()));
  expect(answer?.status()).toBe(place.status ?? 200);
  await place.then?.(page);
  if ((await page.locator("leptos-island").count()) > 0) {
    await awake(page);
  }
}

async function look(page: Page, place: Place): Promise<void> {
  await isSound(page);
  await noViolation(page, place, "wide, light");
  await picture(page, place, 1280, "light");
  await picture(page, place, 375, "light");
  await page.setViewportSize({ width: 320, height: 700 });
  await noViolation(page, place, "narrow, light");
  await noSidewaysScroll(page);
  await page.emulateMedia({ colorScheme: "dark" });
  await onlyColours(page, place, "narrow, dark");
  if (place.main) {
    await picture(page, place, 375, "dark");
    await picture(page, place, 1280, "dark");
  } else {
    await page.setViewportSize({ width: 1280, height: 900 });
  }
  await onlyColours(page, place, "wide, dark");
}

/** What screen readers and search engines count on. */
async function isSound(page: Page): Promise<void> {
  await expect(page.locator("h1")).toHaveCount(1);
  await expect(page.locator("main")).toHaveCount(1);
  await expect(page.locator("html")).toHaveAttribute("lang", "en-GB");
  expect((await page.title()).length).toBeGreaterThan(5);
}

/** Every rule of axe, and the size of what one presses, which it leaves out by itself. */
async function noViolation(page: Page, place: Place, how: string): Promise<void> {
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ rules: { "target-size": { enabled: true } } });
  report(place, how, (await axe.analyze()).violations);
}

/** The dark theme differs only in its colours. */
async function onlyColours(page: Page, place: Place, how: string): Promise<void> {
  const axe = new AxeBuilder({ page }).setLegacyMode(true).withRules(["color-contrast", "link-in-text-block"]);
  report(place, how, (await axe.analyze()).violations);
}

type Violations = Awaited<ReturnType<AxeBuilder["analyze"]>>["violations"];

function report(place: Place, how: string, violations: Violations): void {
  const lines = violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.target.join(" ")}: ${node.failureSummary?.replace(/\s+/g, " ")}`),
  );
  expect.soft(lines, `axe on ${place.name} (${how})`).toEqual([]);
}

async function noSidewaysScroll(page: Page): Promise<void> {
  const width = await page.evaluate(() => document.scrollingElement?.scrollWidth ?? 0);
  const widest = await page.evaluate(() =>
    [...document.body.querySelectorAll("*")]
      .filter((element) => element.getBoundingClientRect().right > 321 && getComputedStyle(element).position !== "absolute")
      .slice(-3)
      .map((element) => `${element.tagName.toLowerCase()}.${element.className}`),
  );
  expect.soft(width, `sideways scrolling at 320 pixels, perhaps for ${widest.join(", ")}`).toBeLessThanOrEqual(320);
}

async function picture(page: Page, place: Place, width: number, theme: string): Promise<void> {
  await page.setViewportSize({ width, height: width > 1000 ? 900 : 812 });
  // What is far down is loaded when one comes near; the picture shows it all.
  await page.evaluate(async () => {
    const pictures = [...document.images];
    for (const picture of pictures) {
      picture.loading = "eager";
    }
    await Promise.all(pictures.map((picture) => picture.decode().catch(() => undefined)));
    await document.fonts.ready;
  });
  await page.screenshot({
    path: `screenshots/${place.name}-${width}-${theme}.png`,
    fullPage: true,
    animations: "disabled",
    caret: "hide",
  });
}
