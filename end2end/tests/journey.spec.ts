// The whole thread as a newcomer walks it, with JavaScript and again without: an account, a course, the payment, the
// lessons, the review.

import { readFile } from "node:fs/promises";
import { type Page, type TestInfo } from "@playwright/test";
import { answer, atLesson, demoCourse, isTold, markAsDone, pass, progressIs } from "./learning.ts";
import { boughtOnce, enrolled, enterCard, misbehave, onPaymentPage, payButton, receipts } from "./payments.ts";
import { FREE_COURSE, type Person, awake, expect, mail, search, signIn, signUp, somebody, test } from "./support.ts";

const PAID = demoCourse("skills-for-everyone", "finding-a-job-with-ai-honestly");
const FREE = demoCourse("skills-for-everyone", FREE_COURSE);
const PRICE = `£${PAID.price}`;

test.afterEach(async ({ request }) => misbehave(request));

for (const [name, js] of [
  ["with JavaScript", true],
  ["without JavaScript", false],
] as const) {
  test.describe(name, () => {
    test.use({ javaScriptEnabled: js });

    test("find a course, pay, learn, review", async ({ page }, info) => {
      test.setTimeout(180_000);
      const person = somebody(js ? "Jo" : "Nora");
      await test.step("sign up, confirm, sign in", () => join(page, person));
      await test.step("find a course", () => find(page));
      const order = await test.step("buy it", () => buy(page, js, person));
      await test.step("the receipt", () => receipt(page, person, order));
      await test.step("learn", () => learn(page, js));
      await test.step("review", () => review(page, info));
      await test.step("a free course", () => free(page, js));
      await test.step("sign out", () => leave(page));
    });
  });
}

async function join(page: Page, person: Person): Promise<void> {
  await signUp(page, person);
  await signIn(page, person);
  await expect(page.getByRole("heading", { level: 1, name: "My courses" })).toBeVisible();
  await expect(page.getByText("You have no courses yet")).toBeVisible();
}

async function find(page: Page): Promise<void> {
  await page.goto("/");
  await search(page, "evaluation");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("evaluation");
  const found = page.getByRole("region", { name: /evaluation/ });
  await found.getByRole("link", { name: "Model evaluation from first principles" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Model evaluation from first principles" })).toBeVisible();
  await expect(page.getByRole("complementary", { name: "Buy this course" })).toContainText("£249.00");
  await expect(page.getByRole("heading", { level: 2, name: "Syllabus" })).toBeVisible();
  // Something cheaper.
  await page.goto("/courses");
  await search(page, "finding a job");
  await page.getByRole("region", { name: /job/ }).getByRole("link", { name: PAID.title }).click();
  await expect(page.getByRole("heading", { level: 1, name: PAID.title })).toBeVisible();
}

async function buy(page: Page, js: boolean, person: Person): Promise<string> {
  const offer = page.getByRole("complementary", { name: "Buy this course" });
  await expect(offer).toContainText(PRICE);
  await expect(offer).toContainText("including VAT");
  await offer.getByRole("link", { name: "Buy this course" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Check your order" })).toBeVisible();
  const main = page.getByRole("main");
  await expect(main).toContainText("Total including VAT");
  // What the provider earns, and when, is said before one pays.
  await expect(main).toContainText("85% goes to the provider");
  await payButton(page).click();
  await onPaymentPage(page);
  await expect(page.getByRole("heading", { level: 1, name: `Pay ${PRICE}` })).toBeVisible();
  await expect(page.getByLabel("Email", { exact: true })).toHaveValue(person.email);
  await enterCard(page, "4242 4242 4242 4242");
  // So that neither the return nor the webhook settles it at once.
  await misbehave(page.request, { api_down: true });
  await payButton(page).click();
  await expect(page.getByRole("heading", { level: 1, name: "Confirming your payment" })).toBeVisible({ timeout: 40_000 });
  if (js) {
    await awake(page);
    await page.evaluate(() => Object.assign(window, { stayed: true }));
  }
  await misbehave(page.request);
  const order = await enrolled(page);
  if (js) {
    expect(await page.evaluate(() => "stayed" in window), "the page was not reloaded").toBe(true);
    await expect(page).toHaveTitle(/^You are enrolled/);
  }
  return order;
}

async function receipt(page: Page, person: Person, order: string): Promise<void> {
  const main = page.getByRole("main");
  await expect(page.getByRole("heading", { level: 2, name: "Receipt" })).toBeVisible();
  await expect(main).toContainText(`by ${PAID.provider}`);
  await expect(main).toContainText("Total including VAT");
  await expect(main).toContainText(PRICE);
  const letter = await mail(page.request, person.email, "Your Guildhall receipt");
  expect(letter.text).toContain(PAID.title);
  expect(letter.text).toContain(`${PRICE} including VAT`);
  expect(letter.text).toContain(order);
  await boughtOnce(page, { title: PAID.title, order }, person.email);
  expect(await receipts(page.request, person.email, PAID.title)).toHaveLength(1);
}

async function learn(page: Page, js: boolean): Promise<void> {
  const total = PAID.lessons.length;
  await page.goto("/learn");
  const shelf = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: PAID.title }) });
  await expect(shelf).toContainText(`0 of ${total} lessons`);
  await shelf.getByRole("link", { name: /^Continue/ }).click();
  const [first] = PAID.lessons;
  await atLesson(page, first?.title ?? "");
  await progressIs(page, 0, total);
  await keepNote(page, js, "Two titles to look up: resident liaison & customer adviser <soon>");
  for (const [place, lesson] of PAID.lessons.entries()) {
    await atLesson(page, lesson.title);
    await progressIs(page, place, total);
    if (lesson.kind === "quiz") {
      await pass(page, lesson);
    } else {
      await markAsDone(page);
    }
  }
  await expect(page.getByRole("heading", { name: `You have finished ${PAID.title}` })).toBeVisible();
  await progressIs(page, total, total);
}

async function keepNote(page: Page, js: boolean, words: string): Promise<void> {
  const note = page.getByLabel("Notes on this lesson");
  if (js) {
    await awake(page);
  }
  await note.fill(words);
  if (!js) {
    await page.getByRole("button", { name: "Save notes" }).click();
  }
  // With JavaScript nobody presses anything.
  await expect(page.getByRole("main").getByText("Saved", { exact: true })).toBeVisible();
  await page.reload();
  await expect(note).toHaveValue(words);
}

async function review(page: Page, info: TestInfo): Promise<void> {
  const fiveStars = page.getByRole("table", { name: "Reviews by number of stars" }).getByRole("row", { name: /^5 stars/ });
  const course = `/courses/${PAID.slug}`;
  const given = async () => ((await fiveStars.count()) ? Number(await fiveStars.getByRole("cell").nth(1).innerText()) : 0);
  await page.goto(course);
  const before = await given();
  await page.goto("/learn");
  await page.getByRole("link", { name: `Write a review of ${PAID.title}` }).click();
  await page.getByRole("radio", { name: "5 stars: excellent" }).check();
  const title = `Honest and useful (${info.title} ${Date.now()})`;
  await page.getByLabel("Title").fill(title);
  await page.getByLabel("Your review").fill("I rewrote my CV with it & had an interview <within> the week.");
  await page.getByRole("button", { name: "Publish your review" }).click();
  await expect(page.getByText("Thank you for your review")).toBeVisible();
  await page.goto(course);
  const shown = page.getByRole("article").filter({ has: page.getByRole("heading", { name: title }) });
  await expect(shown).toContainText("5.0 of 5");
  await expect(shown).toContainText("had an interview <within> the week");
  expect(await given(), "reviews with five stars").toBe(before + 1);
  // One to an enrollment: from now on it is changed.
  await page.goto("/learn");
  await page.getByRole("link", { name: `Change your review of ${PAID.title}` }).click();
  await expect(page.getByLabel("Title")).toHaveValue(title);
}

async function free(page: Page, js: boolean): Promise<void> {
  const total = FREE.lessons.length;
  await page.goto(`/courses/${FREE.slug}`);
  await page.getByRole("complementary", { name: "Buy this course" }).getByRole("link", { name: "Enrol for free" }).click();
  await page.getByRole("button", { name: "Enrol for free" }).click();
  // No payment page: the first lesson is open at once.
  await expect(page).toHaveURL(/\/learn\/[0-9a-f-]{36}\/lessons\//);
  const outline = page.getByRole("navigation", { name: "Lessons" });
  let done = 0;
  for (const lesson of FREE.lessons.filter((lesson) => lesson.kind !== "text").slice(0, 3)) {
    await outline.getByRole("link", { name: lesson.title }).click();
    await atLesson(page, lesson.title);
    if (lesson.kind === "video") {
      await film(page, js);
      await markAsDone(page);
    } else if (lesson.kind === "download") {
      await file(page, lesson.download?.name ?? "", lesson.download?.content ?? "");
      await markAsDone(page);
    } else {
      await answer(page, lesson, "wrong");
      await expect(page.getByRole("heading", { name: /this time, 70% are needed/ })).toBeVisible();
      await isTold(page, lesson);
      await progressIs(page, done, total);
      await pass(page, lesson);
      await expect(page.getByRole("table", { name: "Your attempts" }).getByRole("row")).toHaveCount(3);
    }
    done += 1;
    await progressIs(page, done, total);
  }
  const enrollment = new URL(page.url()).pathname.split("/").slice(0, 3).join("/");
  await page.goto(`${enrollment}/review`);
  await expect(page.getByRole("main")).toContainText(`You have done ${done} of ${total}`);
}

async function film(page: Page, js: boolean): Promise<void> {
  const video = page.locator("video");
  await expect(video).toBeVisible();
  await expect(video.locator("track[kind=captions]")).toHaveCount(1);
  if (js) {
    await expect.poll(() => video.evaluate((film: HTMLVideoElement) => film.duration > 0), { timeout: 15_000 }).toBe(true);
  }
}

async function file(page: Page, name: string, content: string): Promise<void> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: `Download ${name}` }).click(),
  ]);
  expect(download.suggestedFilename()).toBe(name);
  expect(await readFile(await download.path(), "utf8")).toBe(content);
}

async function leave(page: Page): Promise<void> {
  const header = page.getByRole("banner");
  await header.locator("summary").first().click();
  await header.getByRole("button", { name: "Sign out" }).click();
  await expect(header.getByRole("link", { name: "Sign in" })).toBeVisible();
  await page.goto("/learn");
  await expect(page).toHaveURL(/\/sign-in\?next=/);
}
